"""Register parts by a call, without a distribution."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, overload

from minidl_core.errors import InputError
from minidl_core.registry.kinds import kind_of
from minidl_core.registry.registry import default_registry

if TYPE_CHECKING:
    from minidl_core.interfaces.component import Component

_Part = TypeVar("_Part", bound="type[Component]")


@overload
def register(part: _Part) -> _Part: ...
@overload
def register(part: str) -> Callable[[_Part], _Part]: ...


def register(part: _Part | str) -> _Part | Callable[[_Part], _Part]:
    """Register a class by name in this process: `@register`, `@register("name")` or `register("name")(Class)`.

    The kind follows from the interface that the class derives from. By default, the name follows from the class's
    name: `BatchNorm` becomes `batch_norm`. Of several classes registered under a name, the latest is used.

    Raises:
        InputError: the class derives from none of minidl's interfaces.
    """
    if isinstance(part, str):
        return lambda named: _registered(named, part)
    return _registered(part, None)


def _registered(part: _Part, name: str | None) -> _Part:
    kind = kind_of(part)
    if kind is None:
        raise InputError(f"{part!r} cannot be registered: it derives from none of minidl's interfaces, such as Module")
    default_registry().register(kind.name, name or part.label(), part)
    return part
