"""Help without Python types: Typer writes `<bool>` for options that take no value, and `<str>` for arguments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def hide_values_of_flags(command: Any) -> None:
    """Let the help of a command, and of those in it, show no value for flags."""
    given = command.get_params
    command.get_params = lambda context: without_values_of_flags(given(context))
    for inner in getattr(command, "commands", {}).values():
        hide_values_of_flags(inner)


def without_values_of_flags(parameters: Iterable[Any]) -> list[Any]:
    """Return the parameters of a command, flags with a value of no name, and arguments of a type that is not shown."""
    parameters = list(parameters)
    for parameter in parameters:
        if getattr(parameter, "is_flag", False):
            parameter.metavar = ""
        if parameter.param_type_name == "argument":
            parameter.display_type_rich = lambda **_: None
    return parameters
