"""Settings drawn at random lie within the ranges that a component accepts."""

from __future__ import annotations

from typing import Literal

from minidl_core import Optimizer, SettingError
from minidl_core.testing.settings.derived import drawn_settings

SEEDS = range(30)


class Tunable(Optimizer):
    """Has settings of all types.

    Args:
        size: a whole number of at least 1.
        lr: the rate.
        betas: decay factors, from 0 up to, not including, 1.
        kind: the kind.
        fast: whether it is fast, for kind a.
        clip: the largest step.
        path: not varied.
    """

    def __init__(
        self,
        size: int,
        lr: float = 0.01,
        betas: tuple[float, ...] = (0.9, 0.999),
        kind: Literal["a", "b"] = "a",
        fast: bool = False,
        clip: float | None = None,
        path: str = "here",
    ) -> None:
        if fast and kind == "b":
            raise SettingError("tunable", "fast", fast, "false for kind b")
        self.given = (size, lr, betas, kind, fast, clip, path)


def test_numbers_lie_near_the_defaults_and_choices_are_drawn() -> None:
    drawn = [drawn_settings(Tunable, seed) for seed in SEEDS]
    assert {settings["size"] for settings in drawn} == {2, 3, 4}
    assert all(0.005 <= settings["lr"] <= 0.015 for settings in drawn)
    assert all(0.45 <= settings["betas"][0] < 1 and 0.4995 <= settings["betas"][1] < 1 for settings in drawn)
    assert {settings["kind"] for settings in drawn} == {"a", "b"}
    assert {settings["clip"] for settings in drawn} == {None, 0.5}
    assert {settings["path"] for settings in drawn} == {"here"}
    assert len({settings["lr"] for settings in drawn}) == len(SEEDS)


def test_a_seed_gives_the_same_settings() -> None:
    assert drawn_settings(Tunable, 3) == drawn_settings(Tunable, 3)


def test_settings_that_are_refused_with_others_are_left_out() -> None:
    drawn = [drawn_settings(Tunable, seed) for seed in SEEDS]
    assert {settings.get("fast") for settings in drawn if settings["kind"] == "a"} == {True, False}
    assert {settings.get("fast") for settings in drawn if settings["kind"] == "b"} <= {None, False}
