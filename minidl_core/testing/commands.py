"""The checks of commands."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import typer
from typer.testing import CliRunner

from minidl_core.testing.check_case import Case, Check, ConformanceError
from minidl_core.testing.subject import Subject


def command_cases(subject: Subject) -> Iterator[Case]:
    """Yield the checks of a command."""
    for check in CHECKS:
        yield check.case((), subject.part)


def check_type(part: Any) -> None:
    """Check that the program can call the command."""
    if not isinstance(part, typer.Typer) and not inspect.isroutine(part):
        raise ConformanceError(f"it is {part!r}, expected a function or a Typer app")


def check_help(part: Any) -> None:
    """Check that `--help` exits with status 0."""
    app = part
    if not isinstance(part, typer.Typer):
        app = typer.Typer(add_completion=False)
        app.command()(part)
    done = CliRunner().invoke(app, ["--help"])
    if done.exit_code:
        cause = "" if isinstance(done.exception, SystemExit) else f": {done.exception!r}"
        raise ConformanceError(f"--help exits with status {done.exit_code}, expected 0{cause}\n{done.output}".rstrip())


CALLABLE = "it is a Typer app or a function"

CHECKS = (Check(CALLABLE, check_type, "basic"), Check("--help works", check_help, "basic", (CALLABLE,)))
