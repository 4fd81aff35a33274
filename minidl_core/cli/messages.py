"""Errors and warnings on standard error, in one style."""

from __future__ import annotations

import os
import sys

import typer

from minidl_core.quoting import printable

COLOURS = {"Error": "1;31", "Warning": "1;33"}


def say(label: str, message: str) -> None:
    """Write a message after its label, which is coloured on a terminal unless the user wants no colour."""
    coloured = f"\x1b[{COLOURS[label]}m{label}:\x1b[0m" if wants_colour() else f"{label}:"
    typer.echo(f"{coloured} {printable(message)}", err=True, color=True)


def wants_colour() -> bool:
    """Return whether standard error takes colours: as NO_COLOR and FORCE_COLOR say, or else if it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stderr.isatty() and os.environ.get("TERM") != "dumb")


def without_colour() -> None:
    """Let this program, what it prints with Rich and Typer, and what it starts use no colours."""
    os.environ["NO_COLOR"] = "1"
