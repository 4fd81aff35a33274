"""An installed distribution that provides parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import Distribution
from typing import Any

from minidl_core.distribution_metadata import editable_folder, is_running, requirement
from minidl_core.quoting import printable
from minidl_core.registry.entry import OWN, Entry, Status, normalize_distribution


@dataclass(frozen=True)
class PluginDistribution:
    """A distribution and the parts it provides, or a `problem` if its metadata cannot be read.

    `blocked` says where the user blocked all of it. `malformed` means that other readers of its entry points fail.
    `notes` are remarks for the user that do not affect its parts.
    """

    name: str
    version: str
    location: str
    entries: tuple[Entry, ...] = ()
    problem: str = ""
    blocked: str = ""
    malformed: bool = False
    notes: tuple[str, ...] = ()
    metadata: Distribution | None = field(default=None, compare=False, repr=False)

    @property
    def origin(self) -> str:
        """Its name and version, for messages."""
        return f"{self.name} {self.version}".strip()

    @property
    def hint(self) -> str:
        """How to fix a distribution that does not work."""
        if self.is_own:
            return "reinstall minidl (pip install --force-reinstall minidl)"
        return f"reinstall it, block it (--block {self.name}) or delete {self.folder}"

    @property
    def is_own(self) -> bool:
        """Whether it is minidl itself."""
        return normalize_distribution(self.name) == OWN

    @property
    def is_running(self) -> bool:
        """Whether its packages are the running minidl."""
        return self.metadata is not None and is_running(self.metadata)

    @property
    def folder(self) -> str:
        """The folder or file of its metadata."""
        return printable(str(getattr(self.metadata, "_path", self.location)))

    @property
    def status(self) -> Status:
        """Blocked as a whole, broken if unreadable, otherwise the most severe status among its parts."""
        found = {entry.status for entry in self.entries}
        if self.blocked or found == {"blocked"}:
            return "blocked"
        if self.problem:
            return "broken"
        by_severity: tuple[Status, ...] = ("broken", "incompatible", "conflicting")
        return next((status for status in by_severity if status in found), "ok")

    @property
    def requirement(self) -> str:
        """The line of a requirements file that reinstalls it; a comment if it cannot be read."""
        if self.problem:
            return f"# {self.origin}: {self.problem}"
        return requirement(self.name, self.version, self.metadata)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-serializable dictionary."""
        keys = ("kind", "name", "target", "status", "reason")
        return {
            "name": self.name,
            "version": self.version,
            "location": self.location,
            "editable": editable_folder(self.metadata) or None,
            "status": self.status,
            "problem": self.problem or None,
            "notes": list(self.notes),
            "parts": [{key: getattr(entry, key) for key in keys} for entry in self.entries],
        }
