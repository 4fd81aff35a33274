"""From text to the type that an annotation asks for, with messages in plain words."""

from __future__ import annotations

import re
import types
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from minidl_core.quoting import quoted

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_IN_WORDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
    Path: "a path",
    type(None): "none",
    tuple[str, ...]: "a list of texts",
    tuple[float, ...]: "numbers joined by '+'",
    tuple[float, float]: "two numbers joined by '+'",
}

_PLUS = re.compile(r"(?<![eE])\+")
"""A plus sign that joins numbers, and is not part of one such as 1e+5."""


def coerce(value: object, annotation: Any) -> Any:
    """Return `value` as the annotated type, reading text as such types are written on a command line.

    Raises:
        ValueError: the value cannot be read as that type; the message says what was expected.
    """
    from pydantic import PydanticUserError, ValidationError  # noqa: PLC0415 - heavy, and only needed once something is typed

    options = get_args(annotation) if _is_union(annotation) else (annotation,)
    if isinstance(value, bool) and bool not in options and any(kind in options for kind in (int, float)):
        raise ValueError(f"{in_words(annotation)}, not {quoted(value)}")
    try:
        return _adapter(annotation).validate_python(_meant(value, options) if isinstance(value, str) else value)
    except ValidationError:
        raise ValueError(f"{in_words(annotation)}, not {quoted(value)}") from None
    except PydanticUserError:
        raise ValueError(f"{in_words(annotation)}, which cannot be written as text") from None


def _meant(text: str, options: tuple[Any, ...]) -> object:
    """Return the None, the literal or the numbers that a text stands for, where that is an option; else the text."""
    if text.lower() == "none" and type(None) in options:
        return None
    if any(get_origin(option) is tuple and float in get_args(option) for option in options):
        return tuple(_PLUS.split(text))
    literals = (value for option in options if get_origin(option) is Literal for value in get_args(option))
    by_text: dict[str, object] = {str(value): value for value in literals}
    return by_text.get(text, text)


def in_words(annotation: Any) -> str:
    """Return what an annotation asks for, in words."""
    if _is_union(annotation):
        return " or ".join(in_words(option) for option in get_args(annotation))
    if get_origin(annotation) is Literal:
        return "one of " + ", ".join(map(str, get_args(annotation)))
    return _IN_WORDS.get(annotation) or str(getattr(annotation, "__name__", annotation))


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in {Union, types.UnionType}


@cache
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - heavy, and only needed once something is typed

    return TypeAdapter(annotation)
