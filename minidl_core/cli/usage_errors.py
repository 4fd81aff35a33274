"""Convert Typer's usage errors to minidl's errors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer

from minidl_core.errors import InputError
from minidl_core.suggestions import nearest

ClickException: type[Exception] = typer.BadParameter.__mro__[2]
"""The base class of Typer's errors, in the version of Click that it uses."""


@contextmanager
def usage_errors(words: Sequence[str]) -> Iterator[None]:
    """While entered, convert Typer's errors to minidl's.

    Args:
        words: the command line after the program's name.

    Raises:
        InputError: the command line is invalid; the message says how to fix it.
    """
    try:
        yield
    except ClickException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # Typer shows the help
            raise
        raise _explained(error, words) from error


def _explained(error: Any, words: Sequence[str]) -> InputError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "minidl"
    option = getattr(error, "option_name", None)
    if option and context and type(error).__name__ == "NoSuchOption":
        option = _as_written(option, words)
        message = f"{command} has no option '{option}': {_hint(option, words, context)}"
    else:
        message = _as_clause(error.format_message())
    explained = InputError(f"{message}\n  {command} --help shows its options")
    explained.exit_status = error.exit_code
    return explained


def _hint(option: str, words: Sequence[str], context: Any) -> str:
    """Return what to write instead of an unknown option, or the most similar option."""
    from minidl_core.cli.unknown_option import advice  # noqa: PLC0415 - needed only for errors

    options = [name[2:] for one in context.command.get_params(context) for name in one.opts if name.startswith("--")]
    hint = advice(option, words) if "optimizer" in options else None
    if hint is not None and (advised := re.search(r"--([a-z-]+)", hint)) and advised[1] not in options:
        hint = None
    if hint is None and (near := nearest(option.lstrip("-"), options)):
        hint = f"did you mean '--{near}'?"
    return hint or f"choose from {', '.join(f'--{name}' for name in sorted(options))}"


def _as_clause(message: str) -> str:
    """Return Typer's message as a clause in minidl's style."""
    message = message.strip().rstrip(".")
    extra = re.fullmatch(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", message)
    return f"there are too many arguments: drop {extra[1]}" if extra else message[:1].lower() + message[1:]


def _as_written(option: str, words: Sequence[str]) -> str:
    """Return the word of an unknown option: Typer reads `-lr` as the option `-l`."""
    if option.startswith("--"):
        return option
    return next((word for word in words if word.startswith(option)), option)
