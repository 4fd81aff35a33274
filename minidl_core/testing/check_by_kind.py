"""One call for each kind of part, for Python and notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minidl_core.errors import InputError
from minidl_core.interfaces.dataset import Dataset
from minidl_core.interfaces.loss import Loss
from minidl_core.interfaces.metric import Metric
from minidl_core.interfaces.module import Module
from minidl_core.interfaces.optimizer import Optimizer
from minidl_core.shapes import Shape
from minidl_core.testing.check_part import run_checks
from minidl_core.testing.report.conformance_report import ConformanceReport
from minidl_core.testing.report.outcome import Level
from minidl_core.testing.subject import FirstStep, Settings, Subject


def check_layer(
    layer: type[Module],
    *,
    settings: Sequence[Settings] | None = None,
    shapes: Sequence[Shape] | None = None,
    level: Level = "full",
) -> ConformanceReport:
    """Check a layer, and return a report that prints what is wrong.

        check_layer(Swish, level="basic")

    Args:
        layer: the class.
        settings: the settings to check it under; None derives them from its constructor.
        shapes: the shapes of the samples to check it with; None tries several.
        level: `basic` for what a textbook's layer must satisfy (no stacking, kept memory, saving); `full` for all.

    Raises:
        InputError: it is no layer, or level is neither.
    """
    return _report(Subject(layer, settings, shapes, level=level), "layer")


def check_loss(
    loss: type[Loss], *, settings: Sequence[Settings] | None = None, level: Level = "full"
) -> ConformanceReport:
    """Check a loss, and return a report that prints what is wrong; likewise.

    Raises:
        InputError: it is no loss, or level is neither.
    """
    return _report(Subject(loss, settings, level=level), "loss")


def check_optimizer(
    optimizer: type[Optimizer],
    *,
    settings: Sequence[Settings] | None = None,
    reference: FirstStep | None = None,
    level: Level = "full",
) -> ConformanceReport:
    """Check an optimizer, and return a report that prints what is wrong; likewise.

    Args:
        optimizer: the class.
        settings: as of `check_layer`.
        reference: what its first step gives, from a parameter's value and gradient.
        level: as of `check_layer`.

    Raises:
        InputError: it is no optimizer, or level is neither.
    """
    return _report(Subject(optimizer, settings, reference=reference, level=level), "optimizer")


def check_metric(
    metric: type[Metric], *, settings: Sequence[Settings] | None = None, level: Level = "full"
) -> ConformanceReport:
    """Check a metric, and return a report that prints what is wrong; likewise.

    Raises:
        InputError: it is no metric, or level is neither.
    """
    return _report(Subject(metric, settings, level=level), "metric")


def check_dataset(
    dataset: type[Dataset], *, settings: Sequence[Settings] | None = None, level: Level = "full"
) -> ConformanceReport:
    """Check a dataset, and return a report that prints what is wrong; likewise.

    Raises:
        InputError: it is no dataset, or level is neither.
    """
    return _report(Subject(dataset, settings, level=level), "dataset")


def check_hook(hook: Any) -> ConformanceReport:
    """Check hook implementations, a class, a module or an object, and return a report that prints what is wrong.

    Raises:
        InputError: there are no hooks in it.
    """
    return _report(Subject(hook), "hook")


def check_command(command: Any) -> ConformanceReport:
    """Check a command, a function or a Typer app, and return a report that prints what is wrong.

    Raises:
        InputError: it is no command.
    """
    return _report(Subject(command), "command")


def _report(subject: Subject, kind: str) -> ConformanceReport:
    """Check a part that must be of a kind.

    Raises:
        InputError: it is of another.
    """
    if subject.kind != kind:
        raise InputError(f"{subject.name} is a {subject.kind}, not a {kind}: call check_{subject.kind}")
    return run_checks(subject, subject.name)
