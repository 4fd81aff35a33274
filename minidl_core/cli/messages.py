"""Errors and warnings on standard error, in one style."""

from __future__ import annotations

import os
import sys

import typer

from minidl_core.quoting import printable

COLORS = {"Error": "1;31", "Warning": "1;33"}


def print_message(label: str, message: str) -> None:
    """Write a message after its label, which is colored on a terminal unless the user wants no color."""
    colored = f"\x1b[{COLORS[label]}m{label}:\x1b[0m" if wants_color() else f"{label}:"
    typer.echo(f"{colored} {printable(message)}", err=True, color=True)


def wants_color() -> bool:
    """Return whether standard error takes colors: as NO_COLOR and FORCE_COLOR say, or else if it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stderr.isatty() and os.environ.get("TERM") != "dumb")


def disable_color() -> None:
    """Let this program, what it prints with Rich and Typer, and what it starts use no colors."""
    os.environ["NO_COLOR"] = "1"
