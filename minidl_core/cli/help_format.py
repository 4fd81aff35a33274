"""Remove Python types from help: Typer shows `<bool>` for flags and `<str>` for arguments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def hide_values_of_flags(command: Any) -> None:
    """Hide the values of flags in the help of a command and its subcommands."""
    given = command.get_params
    command.get_params = lambda context: without_values_of_flags(given(context))
    for inner in getattr(command, "commands", {}).values():
        hide_values_of_flags(inner)


def without_values_of_flags(parameters: Iterable[Any]) -> list[Any]:
    """Return the parameters of a command, with the values of flags and the types of arguments hidden."""
    parameters = list(parameters)
    for parameter in parameters:
        if getattr(parameter, "is_flag", False):
            parameter.metavar = ""
        if parameter.param_type_name == "argument":
            parameter.display_type_rich = lambda **_: None
    return parameters
