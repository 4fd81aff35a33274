"""Print errors and warnings to standard error in one style."""

from __future__ import annotations

import os
import sys

import typer

from minidl_core.quoting import printable

COLORS = {"Error": "1;31", "Warning": "1;33"}


def print_message(label: str, message: str) -> None:
    """Print a message to standard error with its label, colored on a terminal unless the user turns colors off."""
    colored = f"\x1b[{COLORS[label]}m{label}:\x1b[0m" if wants_color() else f"{label}:"
    typer.echo(f"{colored} {printable(message)}", err=True, color=True)


def wants_color() -> bool:
    """Return whether to use colors: by NO_COLOR and FORCE_COLOR, otherwise if standard error is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stderr.isatty() and os.environ.get("TERM") != "dumb")


def disable_color() -> None:
    """Turn off colors in this program, including Rich and Typer, and in the processes it starts."""
    os.environ["NO_COLOR"] = "1"
