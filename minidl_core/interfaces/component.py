"""The base class of layers, losses, optimizers, datasets and metrics: a name and settings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import cache
from numbers import Number
from typing import Any, ClassVar, Self

from minidl_core.interfaces.call_order import CallOrderGuard


class Component:
    """Base class of all parts: found by name, created from settings, and able to report these settings.

    Attributes:
        order: class attribute: for each method that needs another one to be called first, the name of that one.
    """

    order: ClassVar[dict[str, str]] = {}
    _arguments: tuple[tuple[Any, ...], dict[str, Any]] = ((), {})

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Record the arguments of the constructor, so that the component can be written as a specification."""
        component = super().__new__(cls)
        component._arguments = (args, kwargs)
        for method, earlier in cls.order.items():
            setattr(component, method, CallOrderGuard(component, method, earlier))
        return component

    def __init__(self) -> None:
        """Create a component without settings; a component with settings defines its own constructor."""

    @classmethod
    def signature(cls) -> inspect.Signature:
        """Return the signature of the constructor, without `self`."""
        return _signature(cls.__init__)

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments given to the constructor by name, in its order, without those left at their defaults."""
        args, kwargs = self._arguments
        return dict(self.signature().bind(*args, **kwargs).arguments)

    def settings_now(self) -> dict[str, Any]:
        """Return the current values of the settings that are attributes of the same name; hooks may change them."""
        held = vars(self)
        names = [name for name in _setting_names(type(self).__init__) if isinstance(held.get(name), _PLAIN)]
        return {name: held[name] for name in names}

    @classmethod
    def label(cls) -> str:
        """Return the name of the component in messages: `batch_norm` for `BatchNorm`, `relu` for `ReLU`."""
        return re.sub(r"(?<=[a-z\d])(?=[A-Z][a-z])", "_", cls.__name__).lower()

    def __repr__(self) -> str:
        """Return the call that creates this component."""
        return f"{type(self).__name__}({', '.join(f'{key}={value!r}' for key, value in self.settings.items())})"

    def __getstate__(self) -> dict[str, Any]:
        """Return all attributes except the call-order guards, because each copy gets its own."""
        return {name: value for name, value in vars(self).items() if not isinstance(value, CallOrderGuard)}


_PLAIN = (Number, str, tuple)
"""Types of settings; an attribute of the same name may hold something else, such as a layer's bias."""


@cache
def _setting_names(constructor: Callable[..., None]) -> tuple[str, ...]:
    return tuple(_signature(constructor).parameters)


@cache
def _signature(constructor: Callable[..., None]) -> inspect.Signature:
    full = inspect.signature(constructor)
    return full.replace(parameters=list(full.parameters.values())[1:])
