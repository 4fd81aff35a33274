"""The program's commands, each a plugin that is imported when it is called."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from minidl_core.errors import PluginError
from minidl_core.registry import Entry, default_registry, read_definition


class Commands(TyperGroup):
    """Lists commands by their metadata and summaries, and imports one only when it is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.entries = {_shown_name(entry): entry for entry in default_registry().entries("command")}
        for name, entry in self.entries.items():
            definition = read_definition(entry)
            summary = definition.summary if definition and definition.docstring else f"From {entry.origin}"
            self.commands[name] = TyperCommand(name, help=summary)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return name, command and remaining arguments, the command being imported.

        Raises:
            ConflictError: several distributions claim the name.
            PluginError: the command cannot be loaded.
        """
        if args and args[0] not in self.commands and any(e.name == args[0] for e in self.entries.values()):
            default_registry().find("command", args[0])
        name, command, rest = super().resolve_command(ctx, args)
        return name, _loaded(self.entries[name]) if name in self.entries else command, rest


def _shown_name(entry: Entry) -> str:
    return entry.name if entry.status == "ok" else entry.qualified_name


def _loaded(entry: Entry) -> Any:
    """Import a command: a Typer app, or a function to make one of."""
    part = entry.load()
    if not isinstance(part, typer.Typer):
        if not callable(part):
            raise PluginError(f"the command '{entry.name}' of {entry.origin} is neither a Typer app nor a function")
        function, part = part, typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        part.command(entry.name)(function)
    return get_command(part)
