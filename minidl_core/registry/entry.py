"""One part as its distribution's metadata declares it."""

from __future__ import annotations

import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from importlib import import_module
from operator import attrgetter
from types import ModuleType
from typing import Any, Literal

from minidl_core.errors import BlockedError, PluginError, describe_exception
from minidl_core.quoting import quoted
from minidl_core.registry.error_conversion import converting_errors
from minidl_core.registry.kinds import KINDS

Status = Literal["ok", "conflicting", "blocked", "incompatible", "broken"]

OWN = "minidl"
"""The distribution that brings minidl's own parts."""

LOCAL = "local"
"""The distribution under which parts are listed that no distribution brings: those of a file or of a call."""

NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
"""A part's name, as specifications can hold it."""

LONGEST_NAME = 100
"""Characters of a name or a version; a longer one is shortened where it is shown, or is none."""

LONGEST_PART = 200
"""Characters that a message quotes of what an entry point leads to."""


def normalize_name(name: str) -> str:
    """Return a part's name in the form in which names are compared: case-insensitive, `-` equal to `_`."""
    return name.lower().replace("-", "_")


def normalize_distribution(name: str) -> str:
    """Return a distribution's name in the form in which such names are compared (as PEP 503, with `_` for `-`)."""
    return re.sub(r"[-_.]+", "_", name).lower()


@dataclass(frozen=True)
class Entry:
    """A part by name: what it is, who brings it, where it is to be imported from, and whether it can be used.

    The status is `ok`; `conflicting` where the bare name does not stand for this part, as others claim it too;
    `blocked` by the user; `incompatible` with this minidl; or `broken`, as far as metadata alone shows it. The `reason`
    says why it is not `ok`.
    """

    kind: str
    name: str
    distribution: str
    version: str
    target: str
    status: Status = "ok"
    reason: str = ""
    registered: Any = field(default=None, compare=False, repr=False)
    """The part itself, where it was registered by a call rather than declared in metadata."""

    @property
    def qualified_name(self) -> str:
        """The name that no other distribution can claim."""
        return f"{self.distribution}/{self.name}"

    @property
    def shown_name(self) -> str:
        """The shortest name that stands for this part and no other."""
        return self.qualified_name if self.status == "conflicting" else self.name

    @property
    def origin(self) -> str:
        """Who brings the part, for messages."""
        return f"{self.distribution} {self.version}".strip()

    @property
    def is_local(self) -> bool:
        """Whether no distribution brings the part: it was registered by a call, or a file."""
        return self.registered is not None

    @property
    def is_own(self) -> bool:
        """Whether minidl itself brings the part."""
        return normalize_distribution(self.distribution) == OWN

    @property
    def is_usable(self) -> bool:
        """Whether nothing stands against importing the part, as far as metadata tells."""
        return self.status in {"ok", "conflicting"}

    def matches(self, name: str) -> bool:
        """Tell whether a name, bare or qualified, is the name of this part."""
        owner, slash, bare = name.rpartition("/")
        mine = not slash or normalize_distribution(self.distribution) == normalize_distribution(owner)
        return mine and normalize_name(self.name) == normalize_name(bare)

    def check_usable(self) -> None:
        """Check that nothing stands against importing the part.

        Raises:
            BlockedError: the user has blocked it.
            PluginError: it is incompatible with this minidl, or what its metadata says of it makes no sense.
        """
        if self.status == "blocked":
            raise BlockedError(f"the {self.kind} '{self.name}' of {self.origin} is blocked by {self.reason}")
        if not self.is_usable:
            raise PluginError(f"the {self.kind} '{self.name}' of {self.origin} is {self.status}: {self.reason}")

    def load(self) -> Any:
        """Import the part and return it.

        Whatever a plugin does while it is imported, short of ending the process, ends here. What it prints goes to
        stderr, for stdout belongs to the command.

        Raises:
            BlockedError: the user has blocked it.
            PluginError: it is not usable, cannot be imported, or is not of its kind.
        """
        self.check_usable()
        part = self.registered if self.is_local else self._import()
        base = KINDS[self.kind].base
        if base is not None and not _derives(part, base):
            raise PluginError(
                f"the {self.kind} '{self.name}' of {self.origin} is no {self.kind}: {self.target} should be "
                f"a class derived from {base.__name__}, but is {quoted(part, LONGEST_PART)}; {self.hint}"
            )
        return part

    def provides(self, part: object) -> bool:
        """Tell whether a part is this entry's, be it defined where the entry says or elsewhere; imports nothing."""
        if self.is_local:
            return self.registered is part
        module, _, path = self.target.partition(":")
        if self.target == f"{getattr(part, '__module__', '')}:{getattr(part, '__qualname__', '')}":
            return True
        try:
            return attrgetter(path)(sys.modules[module]) is part
        except (KeyError, AttributeError):
            return False

    @property
    def hint(self) -> str:
        """What a user can do about a part that does not work."""
        if self.is_local:
            return "register another"
        return f"update it, block it (--block {self.distribution}) or remove it (pip uninstall {self.distribution})"

    def _import(self) -> Any:
        module, _, path = self.target.partition(":")
        with converting_errors(self._import_failed, passing=()):
            with redirect_stderr(sys.stderr), redirect_stdout(sys.stderr):  # both as before, whatever it does to them
                part: Any = import_module(module)
            for attribute in filter(None, path.split(".")):
                part = getattr(part, attribute)
        return part

    def _import_failed(self, error: BaseException) -> PluginError:
        return PluginError(
            f"the {self.kind} '{self.name}' of {self.origin} cannot be loaded from {self.target}: "
            f"{describe_exception(error)}; {self.hint}"
        )


def target_of(part: Any) -> str:
    """Return where a part is defined, as an entry point has it; of an object, where its class is."""
    if isinstance(part, ModuleType):
        return part.__name__
    named = part if hasattr(part, "__qualname__") else type(part)
    return f"{named.__module__}:{named.__qualname__}"


def _derives(part: object, base: type) -> bool:
    """Return whether a part is a class derived from an interface; one that cannot even be asked is not."""
    try:
        return isinstance(part, type) and issubclass(part, base)
    except Exception:  # noqa: BLE001 - it is a plugin's
        return False
