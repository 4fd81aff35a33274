"""Runs all checks of a part, given as an object or by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

from minidl_core.assembly import sequential
from minidl_core.assembly.argument_binding import bind
from minidl_core.errors import InputError, MinidlError
from minidl_core.registry import Entry, default_registry
from minidl_core.shapes import Shape
from minidl_core.spec import ComponentSpec, parse_component
from minidl_core.testing.check_case import Case
from minidl_core.testing.commands import command_cases
from minidl_core.testing.datasets import dataset_cases
from minidl_core.testing.engines import engine_cases
from minidl_core.testing.hooks import hook_cases
from minidl_core.testing.layers import layer_cases
from minidl_core.testing.losses import loss_cases
from minidl_core.testing.metrics import metric_cases
from minidl_core.testing.optimizers import optimizer_cases
from minidl_core.testing.report.conformance_report import ConformanceReport
from minidl_core.testing.report.outcome import Level, Outcome
from minidl_core.testing.subject import FirstStep, Settings, Subject
from minidl_core.threads import using_threads

CASES: dict[str, Callable[[Subject], Iterator[Case]]] = {
    "layer": layer_cases,
    "loss": loss_cases,
    "optimizer": optimizer_cases,
    "dataset": dataset_cases,
    "metric": metric_cases,
    "engine": engine_cases,
    "hook": hook_cases,
    "command": command_cases,
}

LOADED = "it can be loaded"


def all_cases(subject: Subject) -> list[Case]:
    """Return all cases of the checks of a part up to its level, without running them."""
    with torch.random.fork_rng(devices=[]), using_threads(1):
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
    """Run all checks of a part of any kind.

        report = check(Swish, settings=[{"beta": 2.0}], shapes=[(4,), (3, 8)])

    Args:
        part: a component's class, a hook (a class, a module or an object) or a command (a function or a Typer app).
        settings: arguments of a component's constructor, one dict per configuration to check; None derives them from
            the constructor.
        shapes: shapes of one sample to check a layer with; None tries several.
        reference: returns a parameter's value after an optimizer's first step, from its value and gradient.
        level: `basic` checks what a textbook implementation must satisfy (no types, saving or replay);
            `full` checks all.

    Raises:
        InputError: the part is of no kind, or an option does not apply to its kind.
    """
    subject = Subject(part, settings, shapes, reference, level)
    return run_checks(subject, subject.name)


def run_checks(subject: Subject, name: str) -> ConformanceReport:
    """Run all checks of a part, and report them under a name."""
    return ConformanceReport(name, subject.kind, tuple(case.outcome() for case in all_cases(subject)), subject.level)


def check_named(text: str, shapes: Sequence[Shape] | None = None, level: Level = "full") -> list[ConformanceReport]:
    """Run all checks of the installed parts with a name: `swish`, `swish:beta=2` or `distribution/swish`.

    A name may belong to parts of several kinds. `shapes` and `level` are those of `check`.

    Args:
        text: a name, with or without settings; without, settings are derived.
        shapes: shapes of one sample to check layers with.
        level: basic or full.

    Raises:
        SpecError: the text is no specification, or its settings are invalid.
        UnknownNameError: no installed part has the name.
        InputError: shapes are given, but no layer has the name.
    """
    spec = parse_component(text)
    entries = default_registry().named(spec.name)
    if shapes is not None and all(entry.kind != "layer" for entry in entries):
        raise InputError(f"{spec.name} is no layer, and only layers are checked with shapes: drop them")
    return [_check_entry(entry, spec, shapes, level) for entry in entries]


def _check_entry(entry: Entry, spec: ComponentSpec, shapes: Sequence[Shape] | None, level: Level) -> ConformanceReport:
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
