"""One function per kind of part: `check_layer`, `check_loss` and so on."""

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
from minidl_core.training.engine import Engine


def check_layer(
    layer: type[Module],
    *,
    settings: Sequence[Settings] | None = None,
    shapes: Sequence[Shape] | None = None,
    level: Level = "full",
) -> ConformanceReport:
    """Check a layer: gradients, shapes, precision, random numbers, saving, replay and more.

        print(check_layer(Swish, level="basic"))

    The options are those of `check`.

    Raises:
        InputError: it is no layer, or an option is invalid.
    """
    return _check_kind(Subject(layer, settings, shapes, level=level), "layer")


def check_loss(
    loss: type[Loss], *, settings: Sequence[Settings] | None = None, level: Level = "full"
) -> ConformanceReport:
    """Check a loss: its value, gradient, continuity, precision, replay and more.

    The options are those of `check`.

    Raises:
        InputError: it is no loss, or an option is invalid.
    """
    return _check_kind(Subject(loss, settings, level=level), "loss")


def check_optimizer(
    optimizer: type[Optimizer],
    *,
    settings: Sequence[Settings] | None = None,
    reference: FirstStep | None = None,
    level: Level = "full",
) -> ConformanceReport:
    """Check an optimizer: its steps, its state, and its replay.

        check_optimizer(SGD, reference=lambda value, grad: value - 0.01 * grad)

    The options are those of `check`.

    Raises:
        InputError: it is no optimizer, or an option is invalid.
    """
    return _check_kind(Subject(optimizer, settings, reference=reference, level=level), "optimizer")


def check_metric(
    metric: type[Metric], *, settings: Sequence[Settings] | None = None, level: Level = "full"
) -> ConformanceReport:
    """Check a metric: its value, its direction, its dependence on the number of samples, and replay.

    The options are those of `check`.

    Raises:
        InputError: it is no metric, or an option is invalid.
    """
    return _check_kind(Subject(metric, settings, level=level), "metric")


def check_dataset(
    dataset: type[Dataset], *, settings: Sequence[Settings] | None = None, level: Level = "full"
) -> ConformanceReport:
    """Check a dataset: its numbers, names and shapes, its seed, and its preprocessing.

    The options are those of `check`.

    Raises:
        InputError: it is no dataset, or an option is invalid.
    """
    return _check_kind(Subject(dataset, settings, level=level), "dataset")


def check_engine(
    engine: type[Engine], *, settings: Sequence[Settings] | None = None, level: Level = "full"
) -> ConformanceReport:
    """Check an engine: that it gives the results of Python, in calls of any number of steps.

    The options are those of `check`.

    Raises:
        InputError: it is no engine, or an option is invalid.
    """
    return _check_kind(Subject(engine, settings, level=level), "engine")


def check_hook(hook: Any) -> ConformanceReport:
    """Check hook implementations, given as a class, a module or an object.

    Raises:
        InputError: it implements no hooks.
    """
    return _check_kind(Subject(hook), "hook")


def check_command(command: Any) -> ConformanceReport:
    """Check a command, given as a function or a Typer app.

    Raises:
        InputError: it is no command.
    """
    return _check_kind(Subject(command), "command")


def _check_kind(subject: Subject, kind: str) -> ConformanceReport:
    """Check a part of the given kind.

    Raises:
        InputError: it is of another kind.
    """
    if subject.kind != kind:
        raise InputError(f"{subject.name} is a {subject.kind}, not a {kind}: call check_{subject.kind}")
    return run_checks(subject, subject.name)
