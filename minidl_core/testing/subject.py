"""The part to check and the options of the check."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, get_args

import typer
from torch import Tensor

from minidl_core.errors import InputError
from minidl_core.hooks.validation import implementations
from minidl_core.interfaces.component import Component
from minidl_core.registry import kind_of
from minidl_core.shapes import Shape
from minidl_core.testing.report.outcome import Level

Settings = Mapping[str, Any]

FirstStep = Callable[[Tensor, Tensor], Tensor]
"""From a parameter's value and gradient to its value after an optimizer's first step."""


@dataclass(frozen=True)
class Subject:
    """The part to check and the options of the check: the arguments of `check`.

    Raises:
        InputError: the part is of no kind, or an option does not apply to its kind.
    """

    part: Any
    settings: Sequence[Settings] | None = None
    shapes: Sequence[Shape] | None = None
    reference: FirstStep | None = None
    level: Level = "full"

    def __post_init__(self) -> None:
        """Validate the options."""
        if self.level not in get_args(Level):
            raise InputError(f"level must be basic or full, not '{self.level}'")
        _require_settings(self.settings)
        _require_shapes(self.shapes)
        if self.settings is not None and self.kind in {"hook", "command"}:
            raise InputError(f"{self.name} is a {self.kind}, which takes no settings: drop them")
        if self.shapes is not None and self.kind != "layer":
            raise InputError(f"{self.name} is no layer, and only layers are checked with shapes: drop them")
        if self.reference is not None and self.kind != "optimizer":
            raise InputError(f"{self.name} is no optimizer, and only optimizers have a reference: drop it")

    @property
    def name(self) -> str:
        """The name of the part in reports."""
        if isinstance(self.part, type) and issubclass(self.part, Component):
            return self.part.label()
        named = self.part if hasattr(self.part, "__name__") else type(self.part)
        return str(named.__name__)

    @property
    def kind(self) -> str:
        """The kind of the part.

        Raises:
            InputError: it is of no kind.
        """
        if (kind := kind_of(self.part)) is not None:
            return kind.name
        if isinstance(self.part, Component):
            raise InputError(
                f"{self.part!r} is an instance: give its class, {type(self.part).__name__}, and "
                f"settings=[{self.part.settings!r}]"
            )
        if inspect.isfunction(self.part) or isinstance(self.part, typer.Typer):
            return "command"
        if isinstance(self.part, type | ModuleType) or implementations(self.part):
            return "hook"
        if isinstance(self.part, str):
            raise InputError(
                f"{self.part!r} is a name: give the class, or write minidl.testing.check_named({self.part!r})"
            )
        raise InputError(
            f"{self.part!r} cannot be checked: give a class that derives from one of minidl's interfaces, a hook or a "
            "command"
        )


def _require_settings(settings: object) -> None:
    if settings is None or (isinstance(settings, list | tuple) and all(isinstance(one, Mapping) for one in settings)):
        return
    raise InputError(f"settings must be a list of dicts, as in settings=[{{'beta': 2.0}}], not {settings!r}")


def _require_shapes(shapes: object) -> None:
    if shapes is None or (isinstance(shapes, list | tuple) and all(_is_shape(one) for one in shapes)):
        return
    raise InputError(f"shapes must be a list of tuples, as in shapes=[(4,), (3, 8, 8)], not {shapes!r}")


def _is_shape(shape: object) -> bool:
    return isinstance(shape, tuple) and bool(shape) and all(type(size) is int and size > 0 for size in shape)
