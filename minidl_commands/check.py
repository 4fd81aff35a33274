"""`minidl check`: run the conformance checks of parts."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Annotated, cast

import typer

import minidl_core as minidl
from minidl_core.cli.completion import complete_name
from minidl_core.cli.options import AsJson, PluginFiles
from minidl_core.quoting import quoted

if TYPE_CHECKING:
    from minidl_core import Shape
    from minidl_core.testing import ConformanceReport
    from minidl_core.testing.report.outcome import Level

MOST_DIGITS = 10
"""The maximum number of digits of a size; a longer one is a typing error."""


def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME",
            help="Part to check, such as linear or dropout:p=0.3.",
            show_default="all parts of --plugin",
            autocompletion=complete_name,
        ),
    ] = None,
    shape: Annotated[
        list[str] | None,
        typer.Option(metavar="SHAPE", help="Sample shape to check layers with, such as 3x8x8; may be repeated."),
    ] = None,
    plugin: PluginFiles = None,
    level: Annotated[
        str,
        typer.Option(
            metavar="LEVEL",
            help="basic: no checks of types, saving and replay; full: all checks.",
        ),
    ] = "full",
    verbose: Annotated[bool, typer.Option("--verbose", help="List passed checks too.")] = False,  # noqa: FBT002 - likewise
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way of a flag
) -> None:
    """Check parts: gradients, shapes, random numbers, saving and more. Failures come first, with probable causes.

    A part is checked with the given settings; without, settings are derived from its constructor.

    Example: minidl check dropout:p=0.3
    """
    shapes = [_shape(text) for text in shape] if shape else None
    for path in plugin or ():
        minidl.load_file(path)
    names = names or [entry.qualified_name for entry in minidl.default_registry().entries() if entry.is_local]
    if not names:
        raise minidl.InputError("nothing to check: give names, as in minidl check linear, or --plugin FILE")
    reports, interrupted = _checked(names, shapes, cast("Level", level))
    if as_json:
        typer.echo(json.dumps([outcome for report in reports for outcome in report.to_json()], indent=2))
    else:
        _show(reports, verbose=verbose)
    if interrupted:
        raise minidl.TrainingInterrupted(reports)
    if not all(report.passed for report in reports):
        raise typer.Exit(1)


def _checked(names: list[str], shapes: list[Shape] | None, level: Level) -> tuple[list[ConformanceReport], bool]:
    """Return a report per part, and whether Ctrl-C interrupted the checks."""
    from minidl_core.testing import check_named  # noqa: PLC0415 - imports torch

    reports: list[ConformanceReport] = []
    try:
        with redirect_stdout(sys.stderr):  # what parts print must not mix with the command's own output
            for name in names:
                reports += check_named(name, shapes, level)
    except KeyboardInterrupt:
        if not reports:
            raise
        return reports, True
    return reports, False


def _show(reports: list[ConformanceReport], *, verbose: bool) -> None:
    from minidl_commands._check_output import show_reports  # noqa: PLC0415 - rich is only needed here

    show_reports(reports, verbose=verbose)


def _shape(text: str) -> Shape:
    sizes = text.replace("×", "x").split("x")
    if not all(size.isdecimal() and len(size) < MOST_DIGITS and int(size) > 0 for size in sizes):
        raise minidl.InputError(f"--shape must be sizes separated by x, such as 4 or 3x8x8, not {quoted(text)}")
    return tuple(map(int, sizes))
