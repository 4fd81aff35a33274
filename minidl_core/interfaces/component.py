"""What layers, losses, optimizers, datasets and metrics have in common: a name and settings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import cache
from numbers import Number
from typing import Any, ClassVar, Self

from minidl_core.interfaces.call_order import CallOrderGuard


class Component:
    """A part found by name, made from settings, that can say with which settings it was made.

    Attributes:
        order: the methods that need another one to have been called, and which.
    """

    order: ClassVar[dict[str, str]] = {}
    _arguments: tuple[tuple[Any, ...], dict[str, Any]] = ((), {})

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Remember the arguments of the constructor, so that every component can be written as a specification."""
        component = super().__new__(cls)
        component._arguments = (args, kwargs)
        for method, earlier in cls.order.items():
            setattr(component, method, CallOrderGuard(component, method, earlier))
        return component

    def __init__(self) -> None:
        """Make a component without settings; those that have some write their own constructor."""

    @classmethod
    def signature(cls) -> inspect.Signature:
        """Return the signature of the constructor, without `self`."""
        return _signature(cls.__init__)

    @property
    def settings(self) -> dict[str, Any]:
        """The constructor's arguments by name, in its order, without those left at their defaults."""
        args, kwargs = self._arguments
        return dict(self.signature().bind(*args, **kwargs).arguments)

    def settings_now(self) -> dict[str, Any]:
        """Return those settings that an attribute of the same name holds, as it is now: hooks may change them."""
        held = vars(self)
        names = [name for name in _setting_names(type(self).__init__) if isinstance(held.get(name), _PLAIN)]
        return {name: held[name] for name in names}

    @classmethod
    def label(cls) -> str:
        """Return the name by which messages call the component: `BatchNorm` is `batch_norm`, `ReLU` is `relu`."""
        return re.sub(r"(?<=[a-z\d])(?=[A-Z][a-z])", "_", cls.__name__).lower()

    def __repr__(self) -> str:
        """Return the call that makes this component."""
        return f"{type(self).__name__}({', '.join(f'{key}={value!r}' for key, value in self.settings.items())})"

    def __getstate__(self) -> dict[str, Any]:
        """Return all attributes but the guards, of which each copy has its own."""
        return {name: value for name, value in vars(self).items() if not isinstance(value, CallOrderGuard)}


_PLAIN = (Number, str, tuple)
"""What settings are; an attribute of the same name may be something else, as a layer's bias."""


@cache
def _setting_names(constructor: Callable[..., None]) -> tuple[str, ...]:
    return tuple(_signature(constructor).parameters)


@cache
def _signature(constructor: Callable[..., None]) -> inspect.Signature:
    full = inspect.signature(constructor)
    return full.replace(parameters=list(full.parameters.values())[1:])
