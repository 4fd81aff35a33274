"""One part as its distribution's metadata declares it."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
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

    def load(self) -> Any:  # noqa: ANN401 - a class for components, anything callable for commands and hooks
        """Import the part and return it.

        Raises:
            PluginError: it cannot be imported, or is not of its kind.
        """
        if self.registered is not None:
            return self.registered
        part = self._import()
        interface = KINDS[self.kind].interface
        if interface is not None:
            module, _, name = interface.partition(":")
            expected = getattr(import_module(module), name)
            if not (isinstance(part, type) and issubclass(part, expected)):
                raise PluginError(
                    f"the {self.kind} '{self.name}' of {self.origin} is no {self.kind}: {self.target} should be "
                    f"a class derived from {name}, but is {part!r}; tell the author of {self.distribution}"
                )
        return part

    def _import(self) -> Any:  # noqa: ANN401 - see load
        module, _, path = self.target.partition(":")
        try:
            part: Any = import_module(module)
            for attribute in filter(None, path.split(".")):
                part = getattr(part, attribute)
        except Exception as error:
            raise PluginError(
                f"the {self.kind} '{self.name}' of {self.origin} cannot be loaded from {self.target}: "
                f"{type(error).__name__}: {error}; mend or update it, or remove it with: "
                f"pip uninstall {self.distribution}"
            ) from error
        return part
