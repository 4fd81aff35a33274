"""Names of parts in messages: kind, position and distribution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from minidl_core.interfaces.component import Component
from minidl_core.interfaces.module import Module
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import LOCAL, OWN, default_registry, kind_of


def part_names(parts: Iterable[Component]) -> dict[int, str]:
    """Return the names of parts, and of all layers inside networks, in messages, by the `id` of each.

    For example `linear at position 1 in residual of acme 1.0 at position 3`, or `the loss hinge of acme 1.0`.
    """
    found: dict[int, str] = {}
    for part in parts:
        if isinstance(part, Sequential):
            found |= {id(layer): layer_name for layer, layer_name in _inside(part, "")}
        elif not isinstance(part, Module):
            kind = kind_of(type(part))
            found[id(part)] = f"the {kind.name} {_named(part)}" if kind else _named(part)
    return found


def _inside(module: Module, around: str) -> Iterator[tuple[Module, str]]:
    """Yield all layers inside a module, at any depth, with their names."""
    for name, child in module.children().items():
        if isinstance(child, Sequential):  # the body of a layer has no position itself
            yield from _inside(child, around)
            continue
        own_name = f"{_named(child)} at position {int(name) + 1}" if isinstance(module, Sequential) else _named(child)
        name_in_network = f"{own_name}{around}"
        yield child, name_in_network
        yield from _inside(child, f" in {name_in_network}")


def part_name(part: Component) -> str:
    """Return the name of a loss, an optimizer, a metric or a dataset in messages."""
    return part_names([part])[id(part)]


def of_distribution(part: type[Component]) -> str:
    """Return ` of acme 1.0` for a class that another distribution than minidl provides, and an empty text otherwise."""
    kind = kind_of(part)
    entry = default_registry().entry_of(kind.name, part) if kind else None
    return "" if entry is None or entry.distribution in {OWN, LOCAL} else f" of {entry.origin}"


def _named(part: Component) -> str:
    return part.label() + of_distribution(type(part))
