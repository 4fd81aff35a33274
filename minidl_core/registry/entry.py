"""One part as its distribution's metadata declares it."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from importlib import import_module
from operator import attrgetter
from typing import Any, Literal

from minidl_core.errors import PluginError
from minidl_core.registry.kinds import KINDS

Status = Literal["ok", "conflicting"]


def fold(name: str) -> str:
    """Return a name in the form in which names are compared: case-insensitive, `-` equal to `_`."""
    return name.lower().replace("-", "_")


@dataclass(frozen=True)
class Entry:
    """A part by name: what it is, who brings it, and where it is to be imported from."""

    kind: str
    name: str
    distribution: str
    version: str
    target: str
    status: Status = "ok"
    registered: Any = field(default=None, compare=False, repr=False)
    """The part itself, where it was registered by a call rather than declared in metadata."""

    @property
    def qualified_name(self) -> str:
        """The name that no other distribution can claim."""
        return f"{self.distribution}/{self.name}"

    @property
    def origin(self) -> str:
        """Who brings the part, for messages."""
        return f"{self.distribution} {self.version}".strip()

    def load(self) -> Any:
        """Import the part and return it.

        Raises:
            PluginError: it cannot be imported, or is not of its kind.
        """
        part = self._import() if self.registered is None else self.registered
        interface = KINDS[self.kind].interface
        if interface is not None:
            module, _, name = interface.partition(":")
            expected = getattr(import_module(module), name)
            if not (isinstance(part, type) and issubclass(part, expected)):
                raise PluginError(
                    f"the {self.kind} '{self.name}' of {self.origin} is no {self.kind}: {self.target} should be "
                    f"a class derived from {name}, but is {part!r}; {self._mend()}"
                )
        return part

    def holds(self, part: object) -> bool:
        """Tell whether a part is this entry's, be it defined where the entry says or elsewhere; imports nothing."""
        if self.registered is not None:
            return self.registered is part
        module, _, path = self.target.partition(":")
        if self.target == f"{getattr(part, '__module__', '')}:{getattr(part, '__qualname__', '')}":
            return True
        try:
            return attrgetter(path)(sys.modules[module]) is part
        except (KeyError, AttributeError):
            return False

    def _import(self) -> Any:
        module, _, path = self.target.partition(":")
        try:
            part: Any = import_module(module)
            for attribute in filter(None, path.split(".")):
                part = getattr(part, attribute)
        except (Exception, SystemExit) as error:
            raise PluginError(
                f"the {self.kind} '{self.name}' of {self.origin} cannot be loaded from {self.target}: "
                f"{type(error).__name__}: {error}; {self._mend()}"
            ) from error
        return part

    def _mend(self) -> str:
        if self.registered is not None:
            return "register another"
        return f"mend or update it, or remove it with: pip uninstall {self.distribution}"
