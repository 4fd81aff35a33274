"""Hooks with a fault fail the intended check."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from minidl_core import Epoch, Run, hookimpl
from minidl_core.testing import check

FIT = "its implementations match the hook specifications"
TRAINING = "a training with it completes"


class Watcher:
    """Looks at all that happens."""

    calls: set[str]

    def __init__(self) -> None:
        type(self).calls = set()

    @hookimpl
    def minidl_run_started(self, run: Run) -> None:
        self.calls.add("started")

    @hookimpl
    def minidl_progressed(self, run: Run) -> None:
        self.calls.add(f"progressed {min(run.live)}")

    @hookimpl
    def minidl_epoch_ended(self, run: Run, epoch: Epoch) -> None:
        sys.stderr.write(f"epoch {epoch.epoch}")
        sys.stdout.write("is over")
        self.calls.add(f"epoch {epoch.epoch}")


class NoHook:
    """Marks nothing."""

    def __init__(self) -> None:
        self.seen = 0


class Mistyped:
    @hookimpl
    def minidl_epoch_eneded(self, run: Run) -> None:
        pass


class OtherArguments:
    @hookimpl
    def minidl_epoch_ended(self, run: Run, number: int) -> None:
        pass


class Fails:
    @hookimpl
    def minidl_progressed(self, run: Run) -> None:
        raise ZeroDivisionError("nothing to divide by")


class PressesCtrlC:
    @hookimpl
    def minidl_run_started(self, run: Run) -> None:
        raise KeyboardInterrupt


class CannotBeMade:
    def __init__(self) -> None:
        raise ValueError("no way")

    @hookimpl
    def minidl_run_ended(self, run: Run) -> None:
        pass


def test_a_correct_hook_is_called_and_its_output_suppressed(capfd: pytest.CaptureFixture[str]) -> None:
    report = check(Watcher)
    assert report.kind == "hook"
    assert report.passed, str(report)
    assert Watcher.calls == {"started", "progressed loss", "epoch 1", "epoch 2"}
    assert capfd.readouterr() == ("", "")


def test_an_object_and_a_module_can_be_checked_too() -> None:
    assert check(Watcher()).passed
    module = ModuleType("my_hooks")
    vars(module)["minidl_epoch_ended"] = hookimpl(lambda epoch: None)
    report = check(module)
    assert report.passed, str(report)
    assert (report.kind, report.part) == ("hook", "my_hooks")


@pytest.mark.parametrize(
    ("part", "failing", "reason"),
    [
        (NoHook, {FIT, TRAINING}, "implement none: mark functions"),
        (Mistyped, {FIT, TRAINING}, "minidl_epoch_eneded"),
        (OtherArguments, {FIT, TRAINING}, "number"),
        (Fails, {TRAINING}, "nothing to divide by"),
        (PressesCtrlC, {TRAINING}, "raises KeyboardInterrupt, as Ctrl-C does"),
        (CannotBeMade, {FIT, TRAINING}, "no way"),
    ],
)
def test_a_fault_fails_the_intended_check(part: type, failing: set[str], reason: str) -> None:
    failed = check(part).of("failed")
    assert {outcome.check for outcome in failed} == failing
    assert all(reason in outcome.reason for outcome in failed), failed
