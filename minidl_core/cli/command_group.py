"""The commands of the program: plugins that are imported only when called."""

from __future__ import annotations

import inspect
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from minidl_core.cli.help_format import hide_values_of_flags, without_values_of_flags
from minidl_core.cli.messages import print_message
from minidl_core.cli.signals import INTERRUPTED
from minidl_core.cli.usage_errors import usage_errors
from minidl_core.errors import PluginError
from minidl_core.registry import Entry, default_registry, read_definition


class Commands(TyperGroup):
    """Lists commands from metadata and source, and imports a command only when it is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        usable = (entry for entry in default_registry().entries("command") if entry.is_usable)
        self.entries = {entry.shown_name: entry for entry in usable}

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature of groups
        """Return the names of all commands."""
        return list(self.entries)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - likewise
        """Return a command as listed in the help; its source is read but not run."""
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        definition = read_definition(entry)
        summary = definition.summary if definition and definition.docstring else f"From {entry.origin}"
        return TyperCommand(cmd_name, help=summary)

    def make_context(self, info_name: str | None, args: list[str], *more: Any, **extra: Any) -> Any:
        """Store the command line for error messages."""
        self.words = list(args)
        with usage_errors(self.words):
            return super().make_context(info_name, args, *more, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; after Ctrl-C print a message, because Typer exits without one."""
        try:
            with usage_errors(self.words):
                return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            reached = ": the results so far are above" if getattr(interrupt, "result", None) is not None else ""
            typer.echo(f"Interrupted{reached}.", err=True)
            for note in getattr(interrupt, "__notes__", []):
                print_message("Error", note)
            raise typer.Exit(INTERRUPTED) from None

    def get_params(self, ctx: Any) -> Any:
        """Return the options, with no value shown for flags."""
        return without_values_of_flags(super().get_params(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Import the command, and return its name, the command and the remaining arguments.

        Raises:
            UnknownNameError, ConflictError, BlockedError: as `Registry.find`.
            PluginError: the command cannot be loaded.
        """
        name, *rest = args
        if name.startswith("-"):
            return super().resolve_command(ctx, args)
        entry = default_registry().find("command", name)
        return entry.shown_name, load_command(entry), rest


def load_command(entry: Entry) -> Any:
    """Import a command and return it as a Click command; a function is wrapped in a Typer app.

    Raises:
        PluginError: it cannot be imported, or is neither a Typer app nor a function.
    """
    part = entry.load()
    if not isinstance(part, typer.Typer):
        if not inspect.isroutine(part):
            raise PluginError(f"the command '{entry.name}' of {entry.origin} is neither a Typer app nor a function")
        function, part = part, typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        part.command(entry.name)(function)
    command = get_command(part)
    hide_values_of_flags(command)
    return command
