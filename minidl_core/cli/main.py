"""The entry point of the program: runs a command line and turns errors into messages and exit statuses."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from functools import partial
from typing import Annotated, TextIO, cast

import typer

from minidl_core.cli.bash_completion import merge_bash_words
from minidl_core.cli.command_group import Commands
from minidl_core.cli.global_options import split_global_options
from minidl_core.cli.messages import disable_color, print_message
from minidl_core.cli.signals import INTERRUPTED, handle_termination_signals
from minidl_core.cli.streams import resilient_streams
from minidl_core.errors import DataWarning, MinidlError, PluginWarning, describe_exception
from minidl_core.own_version import own_version
from minidl_core.registry import Registry, load_policy, use_registry

_global_option = partial(typer.Option, rich_help_panel="Global options (anywhere on the line)")
"""Declares an option that may stand anywhere on the command line, for which help has a separate panel."""

COLLECT_EVERY = 100_000
"""Allocations between garbage collections: importing torch makes more, and nearly all of them stay alive."""

READ_NO_ENTRY_POINTS = {"TORCH_DEVICE_BACKEND_AUTOLOAD": "0", "PYDANTIC_DISABLE_PLUGINS": "1"}
"""Keeps torch and pydantic from reading all installed entry points, where one malformed file makes them fail."""

COMPLETING = "_MINIDL_COMPLETE"
"""The environment variable with which a shell requests completions."""

app = typer.Typer(cls=Commands, name="minidl", no_args_is_help=True, pretty_exceptions_enable=False)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - how Typer declares a flag
    if wanted:
        typer.echo(f"minidl {own_version()}")
        raise typer.Exit


@app.callback()
def _program(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
    block: Annotated[
        list[str] | None, _global_option(metavar="NAME", help="Block a part, or all parts of a distribution.")
    ] = None,
    prefer: Annotated[
        list[str] | None,
        _global_option(metavar="DISTRIBUTION/NAME", help="Choose the part that a name stands for."),
    ] = None,
    no_plugins: Annotated[bool, _global_option("--no-plugins", help="Use only minidl's own parts.")] = False,
    strict: Annotated[bool, _global_option("--strict", help="Fail if any plugin has a problem.")] = False,
    debug: Annotated[bool, _global_option("--debug", help="Show the traceback of an error.")] = False,
    no_color: Annotated[bool, _global_option("--no-color", help="Turn off colors, as NO_COLOR does.")] = False,
) -> None:
    """Train small networks with hand-written forward and backward passes. Every part is a plugin.

    Example: minidl run
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit with status 0, 1 (failure), 2 (invalid input), 130 (Ctrl-C) or 143 (SIGTERM)."""
    gc.set_threshold(COLLECT_EVERY)
    atexit.register(gc.freeze)  # skips a last garbage collection, which would only delay the exit
    merge_bash_words()
    words = list(sys.argv[1:] if arguments is None else arguments)
    with resilient_streams() as output, handle_termination_signals() as ending:
        status = ending.status(_status_of(words))
        output.flush()
        if output.failure is not None:
            print_message(
                "Error", f"the output could not be written completely: {output.failure.strerror or output.failure}"
            )
            status = status or 1
    sys.exit(cast(int | None, status))


def _status_of(words: Sequence[str]) -> object:
    """Run a command line, print its error if any, and return the exit status."""
    anywhere = words[: words.index("--")] if "--" in words else words
    debug = "--debug" in anywhere
    if "--no-color" in anywhere:
        disable_color()
    rest: list[str] = []
    registry = Registry([])
    warnings.showwarning = _show_warning
    if COMPLETING in os.environ:  # the shell would show them in the line being typed
        warnings.simplefilter("ignore")
    try:
        rest, options = split_global_options(words)
        registry = use_registry(Registry(policy=load_policy() | options))
        if any(distribution.malformed for distribution in registry.distributions()):
            os.environ.update(READ_NO_ENTRY_POINTS)
        app(rest, prog_name="minidl")
    except SystemExit as end:
        return end.code
    except KeyboardInterrupt:
        typer.echo("Interrupted.", err=True)
        return INTERRUPTED
    except MinidlError as error:
        _print_error(str(error), error, debug=debug)
        for note in getattr(error, "__notes__", []):
            print_message("Error", note)
        return error.exit_status
    except BaseException as error:  # noqa: BLE001 - the traceback is shown with --debug
        failed = "; ".join(getattr(error, "__notes__", [])) or f"{_who_ran(registry, rest)} failed"
        _print_error(f"{failed}: {describe_exception(error)}; --debug shows the traceback", error, debug=debug)
        return 1
    return 0


def _who_ran(registry: Registry, words: Sequence[str]) -> str:
    """Return the name of the plugin command that a command line calls, or minidl."""
    found = [entry for entry in registry.entries("command") if words and entry.matches(words[0])]
    entry = next((entry for entry in found if entry.status == "ok" or "/" in words[0]), None)
    return "minidl" if entry is None or entry.is_own else f"the command '{entry.name}' of {entry.origin}"


def _print_error(message: str, error: BaseException, *, debug: bool) -> None:
    if debug:
        traceback.print_exception(error)
    print_message("Error", message)


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print minidl's warnings as sentences, and other warnings as Python does."""
    if issubclass(category, DataWarning | PluginWarning):
        print_message("Warning", str(message))
    else:
        typer.echo(warnings.formatwarning(message, category, filename, lineno, line), file=file, err=True, nl=False)
