"""Engines that differ from Python in one respect fail the check of replay; parts that cannot be replayed are skipped."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from minidl_core import DataError, Loss, Run
from minidl_core.interfaces.component import Component
from minidl_core.registry import Registry, default_registry, use_registry
from minidl_core.testing import ConformanceReport, Outcome, check
from minidl_core.testing.replay.replay import REPLAY
from tests.support import double_engines as doubles
from tests.support.double_engines import DoubleEngine, DoubleSteps, UseEngine, engine_with
from tests.support.third_party_layers import Elementwise, Noise, Swish
from tests.support.third_party_losses import Hinge, Pinball
from tests.support.third_party_metrics import AdjustedR2
from tests.support.third_party_optimizers import Counting, RMSprop

PARTS: list[type[Component]] = [Noise, Pinball, Counting, AdjustedR2]


def replays(report: ConformanceReport) -> list[Outcome]:
    return report.by_check()[REPLAY]


FAULTS: list[tuple[type[DoubleSteps], type[Component], str]] = [
    *((doubles.MovesWeight, part, "replayed, compared with Python, differs at") for part in PARTS),
    (doubles.MovesWeightIfStored, Swish, "replayed from the store, compared with Python, differs at"),
    (
        doubles.ForgetsToCount,
        Counting,
        "the attribute steps of the optimizer after 50 steps, replayed, is 40, expected 50",
    ),
    (doubles.DrawsMore, Swish, "the state of random generator 1, replayed, is .*, expected .* as in Python"),
    (doubles.LosesLoss, Pinball, r"the losses of epoch 1, replayed, compared with Python, differs at \[1\]"),
    (doubles.EndsEarly, Swish, "the number of complete steps, replayed, is 4, expected 10 as in Python"),
    (
        doubles.ScoresWrongly,
        AdjustedR2,
        "loss of the test samples after epoch 1, replayed, compared with Python, differs",
    ),
    (doubles.Breaks, Swish, "a short training, replayed, fails: PluginError: segments overlap"),
]


@pytest.mark.parametrize(("fault", "part", "words"), FAULTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_difference_from_python_fails_only_this_check(
    fault: type[DoubleSteps], part: type[Component], words: str, use_engine: UseEngine
) -> None:
    use_engine(engine_with(fault))
    report = check(part)
    assert {outcome.check for outcome in report.of("failed")} == {REPLAY}, str(report)
    assert re.search(words, str(report)), str(report)


@pytest.mark.parametrize("part", [*PARTS, RMSprop, Hinge], ids=lambda part: part.__name__)
def test_an_engine_that_equals_python_passes(part: type[Component]) -> None:
    assert "passed" in {outcome.status for outcome in replays(check(part))}
    assert check(part).passed


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_a_part_that_cannot_be_replayed_is_skipped_with_the_line(part: type[Component], use_engine: UseEngine) -> None:
    use_engine(engine_with(doubles.Declines))
    report = check(part)
    assert report.passed
    (reason,) = {outcome.reason for outcome in replays(report)}
    assert reason == doubles.Declines.notice
    assert f"Skipped: {REPLAY} (" in str(report)


def test_each_replay_begins_with_an_empty_store_and_ends_with_a_full_one(use_engine: UseEngine) -> None:
    found: list[bool] = []

    class Noted(DoubleSteps):
        def __init__(self, runs: Sequence[Run], *, from_store: bool) -> None:
            super().__init__(runs, from_store=from_store)
            found.append(from_store)

    use_engine(engine_with(Noted))
    before = os.environ.get("MINIDL_CACHE")
    assert len(replays(check(Pinball))) == 6
    assert found == 6 * [False, True]
    assert os.environ.get("MINIDL_CACHE") == before


def test_an_engine_that_cannot_work_here_is_the_reason(use_engine: UseEngine) -> None:
    class Absent(DoubleEngine):
        @classmethod
        def unavailable(cls) -> str:
            return "llvmlite is not installed"

    use_engine(Absent)
    (reason,) = {outcome.reason for outcome in replays(check(Swish))}
    assert reason == "the engine native cannot be used: llvmlite is not installed"


def test_an_engine_that_is_not_installed_is_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the double
    before = default_registry()
    use_registry(Registry([]))
    try:
        (reason,) = {outcome.reason for outcome in replays(check(Swish, shapes=[(4,)]))}
    finally:
        use_registry(before)
    assert reason.startswith("the engine native cannot be used: ")


class ChecksTargets(Pinball):
    def check_targets(self, targets: Tensor) -> None:
        if (targets < 0).any():
            raise DataError("targets of at least 0")


@pytest.mark.parametrize(
    ("loss", "reason"),
    [
        (Hinge, "it rejects such targets: hinge needs one-hot targets"),
        (ChecksTargets, "it rejects such targets: targets of at least 0"),
    ],
)
def test_targets_that_a_loss_rejects_are_not_replayed(loss: type[Loss], reason: str) -> None:
    assert check(loss).passed
    assert {outcome.reason for outcome in replays(check(loss)) if outcome.status == "skipped"} == {reason}


def test_optimizers_are_replayed_with_settings_drawn_at_random() -> None:
    cases = [outcome.case for outcome in replays(check(RMSprop))]
    assert len(set(cases)) == len(cases) == 6
    assert [outcome.case for outcome in replays(check(RMSprop, settings=[{"lr": 0.1}]))] == ["lr=0.1"]


def test_layers_are_replayed_with_all_shapes_for_the_first_settings_and_one_for_others() -> None:
    cases = [outcome.case for outcome in replays(check(Swish))]
    assert cases == [
        *(f"shape={shape}" for shape in ("4", "1", "7", "3x6", "2x5x5")),
        "beta=0.5, shape=4",
        "beta=1.5, shape=4",
    ]


def test_the_basic_level_does_not_replay() -> None:
    assert REPLAY not in check(Swish, level="basic").by_check()


class Chaotic(Elementwise):
    """Its steps amplify rounding more than a hundredfold."""

    def value(self, x: Tensor) -> Tensor:
        return torch.sin(100 * x)

    def slope(self, x: Tensor) -> Tensor:
        return 100 * torch.cos(100 * x)


@pytest.mark.parametrize(("size", "passes"), [(1e-14, True), (1e-6, False)])
def test_layers_that_amplify_rounding_may_differ_by_more(size: float, passes: bool, use_engine: UseEngine) -> None:
    class Rounds(DoubleSteps):
        def spoil(self, run: Run, count: int) -> None:
            run.model.parameters()[0].value.mul_(1 + size)

        def take(self, runs: Sequence[Run], first: int, count: int) -> None:
            for number in range(first, first + count):
                super().take(runs, number, 1)

    use_engine(engine_with(Rounds))
    report = check(Chaotic, shapes=[(4,)])
    assert report.passed is passes, str(report)
