"""The kinds of parts that plugins provide, with the entry point group of each."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from minidl_core.errors import UnknownNameError
from minidl_core.quoting import quoted
from minidl_core.suggestions import did_you_mean


@dataclass(frozen=True)
class Kind:
    """A kind of part: its name, its entry point group and its interface.

    The interface is written as `module:class` and imported only when used, because importing it may import torch.
    """

    name: str
    plural: str
    interface: str | None

    @property
    def group(self) -> str:
        """The entry point group."""
        return f"minidl.{self.plural}"

    @property
    def base(self) -> type | None:
        """The imported class that parts of this kind derive from; None if they may be any object."""
        if self.interface is None:
            return None
        module, _, name = self.interface.partition(":")
        base: type = getattr(import_module(module), name)
        return base


KINDS = {
    kind.name: kind
    for kind in (
        Kind("layer", "layers", "minidl_core.interfaces.module:Module"),
        Kind("loss", "losses", "minidl_core.interfaces.loss:Loss"),
        Kind("optimizer", "optimizers", "minidl_core.interfaces.optimizer:Optimizer"),
        Kind("dataset", "datasets", "minidl_core.interfaces.dataset:Dataset"),
        Kind("metric", "metrics", "minidl_core.interfaces.metric:Metric"),
        Kind("engine", "engines", "minidl_core.training.engine:Engine"),
        Kind("command", "commands", None),
        Kind("hook", "hooks", None),
    )
}


def find_kind(name: str) -> Kind:
    """Return the kind with that name, singular or plural.

    Raises:
        UnknownNameError: there is no such kind.
    """
    for kind in KINDS.values():
        if name.lower() in {kind.name, kind.plural}:
            return kind
    raise UnknownNameError(
        f"there is no kind {quoted(name)}: {did_you_mean(name, [kind.plural for kind in KINDS.values()])}"
    )


def kind_of(part: Any) -> Kind | None:
    """Return the kind whose interface a class derives from, or None."""
    return next(
        (kind for kind in KINDS.values() if isinstance(part, type) and kind.base and issubclass(part, kind.base)), None
    )
