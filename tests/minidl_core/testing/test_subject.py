"""Which parts can be checked, and with which settings."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from minidl_core import InputError, Module, SettingError, UnknownNameError
from minidl_core.testing import Outcome, check, check_named
from tests.support.correct_layers import Cut, Drop, Mix


class Choosy(Cut):
    def __init__(self, size: int, rate: float | None, kind: Literal["a", "b"], fast: bool = True) -> None:
        self.given = (size, rate, kind, fast)


class Odd(Cut):
    def __init__(self, table: dict[str, float]) -> None:
        self.table = table


class Hasty(Cut):
    def __init__(self, size: int = 2, fast: bool = False) -> None:
        if fast and size < 3:
            raise SettingError("hasty", "fast", fast, "false below size 3")


class Even(Cut):
    def __init__(self, size: int) -> None:
        if size % 2:
            raise SettingError("even", "size", size, "even")


def test_settings_are_derived_from_the_constructor() -> None:
    made = [outcome.case for outcome in check(Choosy).outcomes if outcome.check == "it can be constructed"]
    assert made == [
        "size=3, rate=0.5, kind=a",
        "size=3, rate=0.5, kind=b",
        "size=3, rate=0.5, kind=a, fast=False",
        "size=2, rate=0.25, kind=a",
        "size=4, rate=0.75, kind=b, fast=False",
    ]


def test_a_choice_that_is_only_valid_with_another_setting_is_left_out() -> None:
    made = [outcome.case for outcome in check(Hasty).outcomes if outcome.check == "it can be constructed"]
    assert made == ["without settings", "size=1", "size=3, fast=True"]


@pytest.mark.parametrize(("part", "reason"), [(Odd, "its setting 'table'"), (Even, "size must be even, not 3")])
def test_settings_that_cannot_be_derived_are_an_error_that_says_how_to_give_them(
    part: type[Module], reason: str
) -> None:
    (outcome,) = check(part).outcomes
    assert (outcome.check, outcome.status) == ("it can be constructed", "failed")
    assert reason in outcome.reason
    name = next(iter(part.signature().parameters))
    assert f"conformance({part.__name__}, settings=[{{'{name}': …}}])" in outcome.reason
    assert f"minidl check {part.label()}:{name}=…" in outcome.reason


def test_the_authors_settings_and_shapes_are_used() -> None:
    report = check(Drop, settings=[{"p": 0.25}, {"p": 0.75}], shapes=[(2, 3)])
    assert Outcome("it can be constructed", "p=0.75", "passed") in report.outcomes
    assert {o.case for o in report.outcomes if o.check == "non-contiguous input gives the same result"} == {
        "p=0.25, shape=2x3",
        "p=0.75, shape=2x3",
    }


@pytest.mark.parametrize(
    ("part", "given", "message"),
    [
        ("relu", {}, r"'relu' is a name: give the class, or write minidl\.testing\.check_named\('relu'\)"),
        (3, {}, "3 cannot be checked: give a class that derives from one of minidl's interfaces"),
        (Drop(0.2), {}, r"give its class, Drop, and settings=\[{'p': 0.2}\]"),
        (Mix, {"shapes": [4]}, r"shapes must be a list of tuples, .* not \[4\]"),
        (Mix, {"shapes": (4,)}, r"shapes must be a list of tuples, .* not \(4,\)"),
        (Mix, {"shapes": [(4.0,)]}, "shapes must be a list of tuples"),
        (Drop, {"settings": {"p": 0.2}}, r"settings must be a list of dicts, .* not \{'p': 0.2\}"),
        (Drop, {"settings": [0.2]}, "settings must be a list of dicts"),
        (Mix, {"reference": lambda value, grad: value}, "only optimizers have a reference"),
        (lambda: None, {"settings": [{}]}, "is a command, which takes no settings"),
        (lambda: None, {"shapes": [(3,)]}, "only layers are checked with shapes"),
    ],
)
def test_invalid_arguments_are_refused(part: Any, given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check(part, **given)


def test_parts_are_checked_by_name() -> None:
    (report,) = check_named("minidl/linear:5:bias=false", shapes=[(3,)])
    assert report.passed, str(report)
    assert (report.part, report.kind) == ("minidl/linear:5:bias=false", "layer")
    assert "out_features=5, bias=False, shape=3, batch=7" in {outcome.case for outcome in report.outcomes}
    with pytest.raises(UnknownNameError, match="did you mean 'linear'"):
        check_named("linaer")
