"""The program's commands, each a plugin that is imported when it is called."""

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
    """Lists commands by their metadata and summaries, and imports one only when it is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        usable = (entry for entry in default_registry().entries("command") if entry.is_usable)
        self.entries = {entry.shown_name: entry for entry in usable}

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature of groups
        """Return the names of all commands."""
        return list(self.entries)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - likewise
        """Return what a listing shows of a command; its source is read only then, and never run."""
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        definition = read_definition(entry)
        summary = definition.summary if definition and definition.docstring else f"From {entry.origin}"
        return TyperCommand(cmd_name, help=summary)

    def make_context(self, info_name: str | None, args: list[str], *more: Any, **extra: Any) -> Any:
        """Keep the command line for messages."""
        self.words = list(args)
        with usage_errors(self.words):
            return super().make_context(info_name, args, *more, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that is named; after Ctrl-C say so, for Typer ends the program without a word."""
        try:
            with usage_errors(self.words):
                return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            reached = ": the above is what was reached" if getattr(interrupt, "result", None) is not None else ""
            typer.echo(f"Interrupted{reached}.", err=True)
            for note in getattr(interrupt, "__notes__", []):
                print_message("Error", note)
            raise typer.Exit(INTERRUPTED) from None

    def get_params(self, ctx: Any) -> Any:
        """Return the options, of which those that take no value show none."""
        return without_values_of_flags(super().get_params(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return name, command and remaining arguments, the command being imported.

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
    """Import a command and return what runs it: a Typer app's, or of a function made one.

    Raises:
        PluginError: it cannot be imported, or is neither.
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
