"""A part as declared in the metadata of its distribution."""

from __future__ import annotations

import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import lru_cache
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
"""The distribution that provides minidl's own parts."""

LOCAL = "local"
"""The distribution shown for parts that a file or a call registered."""

NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
"""A valid part name, as specs can contain it."""

LONGEST_NAME = 100
"""Maximum length of a name or version; longer ones are shortened or refused."""

LONGEST_PART = 200
"""Maximum length of an entry point's object quoted in a message."""


@lru_cache(1024)
def normalize_name(name: str) -> str:
    """Return a part's name normalized for comparison: lower case, with `_` for `-`."""
    return name.lower().replace("-", "_")


def normalize_distribution(name: str) -> str:
    """Return a distribution's name normalized for comparison, as in PEP 503 but with `_` for `-`."""
    return re.sub(r"[-_.]+", "_", name).lower()


@dataclass(frozen=True)
class Entry:
    """A part: its kind, name, distribution, import path and status.

    The status is `ok`, `conflicting` (several parts have the name, and it stands for another one or none), `blocked`
    by the user, `incompatible` with this minidl, or `broken` as far as metadata shows. The `reason` explains a status
    other than `ok`.
    """

    kind: str
    name: str
    distribution: str
    version: str
    target: str
    status: Status = "ok"
    reason: str = ""
    registered: Any = field(default=None, compare=False, repr=False)
    """The part itself, if it was registered by a call rather than declared in metadata."""

    @property
    def qualified_name(self) -> str:
        """The name with its distribution, such as `acme/swish`, which no other distribution can use."""
        return f"{self.distribution}/{self.name}"

    @property
    def shown_name(self) -> str:
        """The shortest name that stands for this part only."""
        return self.qualified_name if self.status == "conflicting" else self.name

    @property
    def origin(self) -> str:
        """Name and version of the distribution, for messages."""
        return f"{self.distribution} {self.version}".strip()

    @property
    def is_local(self) -> bool:
        """Whether the part was registered by a call or a file, not by a distribution."""
        return self.registered is not None

    @property
    def is_own(self) -> bool:
        """Whether minidl itself provides the part."""
        return normalize_distribution(self.distribution) == OWN

    @property
    def is_usable(self) -> bool:
        """Whether the part can be imported, as far as metadata shows."""
        return self.status in {"ok", "conflicting"}

    def matches(self, name: str) -> bool:
        """Return whether a name, bare or qualified, is the name of this part."""
        owner, slash, bare = name.rpartition("/")
        is_owner = not slash or normalize_distribution(self.distribution) == normalize_distribution(owner)
        return is_owner and normalize_name(self.name) == normalize_name(bare)

    def check_usable(self) -> None:
        """Check that the part can be imported, as far as metadata shows.

        Raises:
            BlockedError: the user has blocked it.
            PluginError: it is incompatible with this minidl, or its metadata is invalid.
        """
        if self.status == "blocked":
            raise BlockedError(f"the {self.kind} '{self.name}' of {self.origin} is blocked by {self.reason}")
        if not self.is_usable:
            raise PluginError(f"the {self.kind} '{self.name}' of {self.origin} is {self.status}: {self.reason}")

    def load(self) -> Any:
        """Import the part and return it.

        Any exception that the plugin raises on import becomes a PluginError. Its output goes to stderr, because stdout
        belongs to the command.

        Raises:
            BlockedError: the user has blocked it.
            PluginError: it is not usable, cannot be imported, or does not implement its interface.
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
        """Return whether this entry's part is the given object; imports nothing."""
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
        """How to fix a part that does not work."""
        if self.is_local:
            return "register another"
        return f"update it, block it (--block {self.distribution}) or remove it (pip uninstall {self.distribution})"

    def _import(self) -> Any:
        module, _, path = self.target.partition(":")
        with converting_errors(self._import_failed, passing=()):
            if module in sys.modules:
                part: Any = import_module(module)  # waits if another thread is importing it
            else:
                with redirect_stderr(sys.stderr), redirect_stdout(sys.stderr):  # restores both if it replaces them
                    part = import_module(module)
            for attribute in filter(None, path.split(".")):
                part = getattr(part, attribute)
        return part

    def _import_failed(self, error: BaseException) -> PluginError:
        return PluginError(
            f"the {self.kind} '{self.name}' of {self.origin} cannot be loaded from {self.target}: "
            f"{describe_exception(error)}; {self.hint}"
        )


def target_of(part: Any) -> str:
    """Return where a part is defined, in the form of an entry point; for an object, where its class is."""
    if isinstance(part, ModuleType):
        return part.__name__
    named = part if hasattr(part, "__qualname__") else type(part)
    return f"{named.__module__}:{named.__qualname__}"


def _derives(part: object, base: type) -> bool:
    """Return whether a part is a class derived from an interface; False if the check itself raises."""
    try:
        return isinstance(part, type) and issubclass(part, base)
    except Exception:  # noqa: BLE001 - the class may override the check
        return False
