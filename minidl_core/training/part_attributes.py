"""Numbers and texts in the attributes of parts: their settings and counters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minidl_core.interfaces.component import Component


def plain_attributes(part: Component) -> dict[str, Any]:
    """Return the attributes of a part that are numbers, texts, None, or lists of these, as JSON values."""
    return {name: _as_json(value) for name, value in vars(part).items() if _is_plain(value)}


def load_attributes(part: Component, attributes: Mapping[str, Any]) -> None:
    """Set attributes of a part to what `plain_attributes` returned; tuples stay tuples."""
    held = vars(part)
    held.update({name: _like(held.get(name), value) for name, value in attributes.items()})


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple | list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, int | float | str)


def _as_json(value: Any) -> Any:
    """Return a value with lists in place of tuples."""
    return [_as_json(one) for one in value] if isinstance(value, tuple | list) else value


def _like(held: Any, value: Any) -> Any:
    """Return a value with tuples where the attribute holds them now."""
    if not isinstance(value, list):
        return value
    inner = held if isinstance(held, tuple | list) and len(held) == len(value) else [None] * len(value)
    items = [_like(*pair) for pair in zip(inner, value, strict=True)]
    return tuple(items) if isinstance(held, tuple) else items
