"""Mistakes on the command line that Typer finds, told as minidl tells others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer

from minidl_core.errors import InputError
from minidl_core.suggestions import nearest

ClickException: type[Exception] = typer.BadParameter.__mro__[2]
"""The base of Typer's errors, of whichever Click it comes with."""


@contextmanager
def usage_errors(words: Sequence[str]) -> Iterator[None]:
    """Turn Typer's errors into errors of minidl's.

    Args:
        words: the command line after the program's name.

    Raises:
        InputError: the words fit no command; the message says what would.
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
        message = _in_our_words(error.format_message())
    explained = InputError(f"{message}\n  {command} --help shows what it takes")
    explained.exit_status = error.exit_code
    return explained


def _hint(option: str, words: Sequence[str], context: Any) -> str:
    """Return how what an unknown option asks for is written, or the nearest option."""
    from minidl_core.cli.unknown_option import advice  # noqa: PLC0415 - only where something is wrong

    options = [name[2:] for one in context.command.get_params(context) for name in one.opts if name.startswith("--")]
    hint = advice(option, words) if "optimizer" in options else None
    if hint is not None and (advised := re.search(r"--([a-z-]+)", hint)) and advised[1] not in options:
        hint = None
    if hint is None and (near := nearest(option.lstrip("-"), options)):
        hint = f"did you mean '--{near}'?"
    return hint or f"known are: {', '.join(f'--{name}' for name in sorted(options))}"


def _in_our_words(message: str) -> str:
    """Return what Typer says of words that it cannot use, as a clause."""
    message = message.strip().rstrip(".")
    extra = re.fullmatch(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", message)
    return f"there are too many arguments: leave out {extra[1]}" if extra else message[:1].lower() + message[1:]


def _as_written(option: str, words: Sequence[str]) -> str:
    """Return the word that an unknown option stands in: Typer takes `-lr` for the option `-l`."""
    if option.startswith("--"):
        return option
    return next((word for word in words if word.startswith(option)), option)
