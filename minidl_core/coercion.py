"""Convert text to the annotated type, with errors that describe the expected type."""

from __future__ import annotations

import re
import types
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from minidl_core.quoting import quoted

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_DESCRIPTIONS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
    Path: "a path",
    type(None): "none",
    tuple[str, ...]: "a list of texts",
    tuple[int, ...]: "whole numbers joined by '+'",
    list[int]: "whole numbers joined by '+'",
    list[float]: "numbers joined by '+'",
    list[str]: "texts joined by '+'",
    tuple[float, ...]: "numbers joined by '+'",
    tuple[float, float]: "two numbers joined by '+'",
}

_PLUS = re.compile(r"(?<![eE])\+")
"""A plus sign between numbers, as opposed to one inside a number such as 1e+5."""


def coerce(value: object, annotation: Any) -> Any:
    """Convert `value` to the annotated type; text is read as on the command line.

    Raises:
        ValueError: the value cannot be converted; the message describes the expected type.
    """
    from pydantic import PydanticUserError, ValidationError  # noqa: PLC0415 - slow to import, and needed only here

    options = get_args(annotation) if _is_union(annotation) else (annotation,)
    if isinstance(value, bool) and bool not in options and any(kind in options for kind in (int, float)):
        raise ValueError(f"{describe_annotation(annotation)}, not {quoted(value)}")
    meant = _meant(value, options, choices(annotation)) if isinstance(value, str) else value
    try:
        return _adapter(annotation).validate_python(meant)
    except ValidationError:
        raise ValueError(f"{describe_annotation(annotation)}, not {quoted(value)}") from None
    except PydanticUserError:
        raise ValueError(f"{describe_annotation(annotation)}, which cannot be written as text") from None


def as_text(value: object, annotation: Any) -> str:
    """Return the text that `coerce` converts to `value`.

    Args:
        value: the value.
        annotation: its type; None if unknown, in which case only plain values can be written.

    Raises:
        ValueError: no text converts to this value.
    """
    text = _written(value)
    if annotation is None:
        if not isinstance(value, str | int | float | Path | None):
            raise ValueError(f"{quoted(value)} cannot be written as text")
    elif not _is_same(coerce(text, annotation), value):
        raise ValueError(f"{quoted(value)} cannot be written as text: {quoted(text)} is read as another value")
    return text


def choices(annotation: Any) -> dict[str, object]:
    """Return the allowed values of literals and enumerations in an annotation, by their texts.

    An enumeration member is found by its name, and by its value unless that is another member's name.
    """
    options = get_args(annotation) if _is_union(annotation) else (annotation,)
    by_text: dict[str, object] = {}
    for option in options:
        if get_origin(option) is Literal:
            by_text |= {text: value for value in get_args(option) for text in (str(value), _written(value))}
        elif isinstance(option, type) and issubclass(option, Enum):
            by_text |= {str(member.value): member for member in option} | dict(option.__members__)
    return by_text


def _meant(text: str, options: tuple[Any, ...], allowed: dict[str, object]) -> object:
    """Return the value a text stands for: None, a choice, or the items of a list; otherwise the text itself."""
    if text.lower() == "none" and type(None) in options:
        return None
    for option in options:
        if get_origin(option) in {tuple, list}:
            return _PLUS.split(text) if {int, float} & set(get_args(option)) else text.split("+")
    return allowed.get(text, text)


def _written(value: object) -> str:
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return str(value.name)
    if isinstance(value, tuple | list):
        return "+".join(map(_written, value))
    return str(value)


def _is_same(one: Any, other: Any) -> bool:
    try:
        return bool(one == other) or (one != one and other != other)  # noqa: PLR0124 - NaN is not itself
    except Exception:  # noqa: BLE001 - some values cannot be compared, such as arrays
        return False


def describe_annotation(annotation: Any) -> str:
    """Return a description of the values an annotation allows, such as `a whole number or none`."""
    if _is_union(annotation):
        return " or ".join(describe_annotation(option) for option in get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return "one of " + ", ".join(annotation.__members__)
    if get_origin(annotation) is Literal:
        return "one of " + ", ".join(map(_written, get_args(annotation)))
    return _DESCRIPTIONS.get(annotation) or str(getattr(annotation, "__name__", annotation))


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in {Union, types.UnionType}


@cache
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - slow to import, and needed only here

    return TypeAdapter(annotation)
