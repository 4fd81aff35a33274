"""Where each part of a training stands, and who brings it, as messages say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from minidl_core.interfaces.component import Component
from minidl_core.interfaces.module import Module
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import LOCAL, OWN, default_registry, kind_of


def part_names(parts: Iterable[Component]) -> dict[int, str]:
    """Return, by the id of each part and of all layers inside networks, what messages call it.

    As `linear at position 1 in residual of acme 1.0 at position 3`, or `the loss hinge of acme 1.0`.
    """
    found: dict[int, str] = {}
    for part in parts:
        if isinstance(part, Sequential):
            found |= {id(layer): words for layer, words in _inside(part, "")}
        elif not isinstance(part, Module):
            kind = kind_of(type(part))
            found[id(part)] = f"the {kind.name} {_named(part)}" if kind else _named(part)
    return found


def _inside(module: Module, around: str) -> Iterator[tuple[Module, str]]:
    """Yield the layers inside a module, and those inside of them, each with its place."""
    for name, child in module.children().items():
        if isinstance(child, Sequential):  # a layer's body has no place of its own
            yield from _inside(child, around)
            continue
        place = f"{_named(child)} at position {int(name) + 1}" if isinstance(module, Sequential) else _named(child)
        words = f"{place}{around}"
        yield child, words
        yield from _inside(child, f" in {words}")


def part_name(part: Component) -> str:
    """Return what messages call a loss, an optimizer, a metric or a dataset."""
    return part_names([part])[id(part)]


def of_distribution(part: type[Component]) -> str:
    """Return ` of acme 1.0` for a class that a distribution other than minidl brings, and an empty text for others."""
    kind = kind_of(part)
    entry = default_registry().entry_of(kind.name, part) if kind else None
    return "" if entry is None or entry.distribution in {OWN, LOCAL} else f" of {entry.origin}"


def _named(part: Component) -> str:
    return part.label() + of_distribution(type(part))
