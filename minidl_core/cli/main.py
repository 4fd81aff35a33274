"""The entry of the program: runs it, and turns errors into messages and exit statuses."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from minidl_core.cli.bash import rejoin_words
from minidl_core.cli.commands import Commands
from minidl_core.errors import MinidlError
from minidl_core.version import own_version

INTERRUPTED = 130

app = typer.Typer(cls=Commands, name="minidl", no_args_is_help=True, pretty_exceptions_enable=False)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - Typer's way of a flag
    if wanted:
        typer.echo(f"minidl {own_version()}")
        raise typer.Exit


@app.callback()
def _program(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback of errors; anywhere on the line.")] = False,
) -> None:
    """Train small networks by hand-written forward and backward passes, made of plugins found by name."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit: status 0, or 2 for bad input, 1 for a failure, 130 after Ctrl-C."""
    rejoin_words()
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    try:
        app([word for word in words if word != "--debug"], prog_name="minidl")
    except MinidlError as error:
        _explain(str(error), error, debug=debug)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        typer.echo("Interrupted.", err=True)
        sys.exit(INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - a traceback helps no user; --debug shows it
        _explain(f"minidl or a plugin failed: {error!r}; --debug shows where", error, debug=debug)
        sys.exit(1)


def _explain(message: str, error: Exception, *, debug: bool) -> None:
    if debug:
        traceback.print_exception(error)
    typer.echo(f"Error: {message}", err=True)
