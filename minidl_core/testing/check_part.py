"""All checks of a part, from Python and by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

from minidl_core.assembly import sequential
from minidl_core.assembly.binding import bind
from minidl_core.errors import InputError, MinidlError
from minidl_core.registry import Entry, default_registry
from minidl_core.shapes import Shape
from minidl_core.spec import ComponentSpec, parse_component
from minidl_core.testing.check_case import Case
from minidl_core.testing.commands import command_cases
from minidl_core.testing.datasets import dataset_cases
from minidl_core.testing.hooks import hook_cases
from minidl_core.testing.layers import layer_cases
from minidl_core.testing.losses import loss_cases
from minidl_core.testing.metrics import metric_cases
from minidl_core.testing.optimizers import optimizer_cases
from minidl_core.testing.report.conformance_report import ConformanceReport
from minidl_core.testing.report.outcome import Level, Outcome
from minidl_core.testing.subject import FirstStep, Settings, Subject

CASES: dict[str, Callable[[Subject], Iterator[Case]]] = {
    "layer": layer_cases,
    "loss": loss_cases,
    "optimizer": optimizer_cases,
    "dataset": dataset_cases,
    "metric": metric_cases,
    "hook": hook_cases,
    "command": command_cases,
}

LOADED = "it can be loaded"


def all_cases(subject: Subject) -> list[Case]:
    """Return all checks of a part up to its level, for all its cases; none is made yet."""
    with torch.random.fork_rng(devices=[]):
        cases = list(CASES[subject.kind](subject))
    return [case for case in cases if subject.level == "full" or case.check.level == "basic"]


def check(
    part: Any,
    *,
    settings: Sequence[Settings] | None = None,
    shapes: Sequence[Shape] | None = None,
    reference: FirstStep | None = None,
    level: Level = "full",
) -> ConformanceReport:
    """Make all checks of a part and return what came of them.

    Args:
        part: a component's class, a hook (a class, a module or an object) or a command (a function or a Typer app).
        settings: the settings to check a component under; None derives them from its constructor.
        shapes: the shapes of the samples to check a layer with; None tries several.
        reference: what an optimizer's first step gives, from a parameter's value and gradient.
        level: `basic` for what a textbook's part must satisfy (no stacking, kept memory, saving); `full` for all.

    Raises:
        InputError: the part is of no kind, or its kind has no use for something that is given.
    """
    subject = Subject(part, settings, shapes, reference, level)
    return run_checks(subject, subject.name)


def run_checks(subject: Subject, name: str) -> ConformanceReport:
    """Make all checks of a part, and return what came of them under a name."""
    return ConformanceReport(name, subject.kind, tuple(case.outcome() for case in all_cases(subject)), subject.level)


def check_named(text: str, shapes: Sequence[Shape] | None = None, level: Level = "full") -> list[ConformanceReport]:
    """Make all checks of the parts of any kind that a specification names: `swish`, `swish:beta=2` or `dist/swish`.

    Args:
        text: a name, with or without arguments; without, settings are derived.
        shapes: the shapes of the samples to check layers with; None tries several.
        level: as of `check`.

    Raises:
        SpecError: the text is no specification, or its arguments do not fit.
        UnknownNameError: nothing installed answers to the name.
        InputError: shapes are given, and no layer is named.
    """
    spec = parse_component(text)
    entries = default_registry().named(spec.name)
    if shapes is not None and all(entry.kind != "layer" for entry in entries):
        raise InputError(f"{spec.name} is no layer, and only layers are checked with shapes: drop them")
    return [_report(entry, spec, shapes, level) for entry in entries]


def _report(entry: Entry, spec: ComponentSpec, shapes: Sequence[Shape] | None, level: Level) -> ConformanceReport:
    try:
        part = entry.load()
    except MinidlError as error:
        return ConformanceReport(str(spec), entry.kind, (Outcome(LOADED, "", "failed", str(error)),), level)
    settings: Sequence[Settings] | None = None
    if spec.arguments or spec.body is not None:
        if entry.kind in {"hook", "command"}:
            raise spec.error(f"{spec.name} is a {entry.kind}, which takes no settings: drop them")
        settings = [bind(part, spec, sequential).settings]
    subject = Subject(part, settings, shapes if entry.kind == "layer" else None, level=level)
    return run_checks(subject, entry.shown_name if settings is None else str(spec))
