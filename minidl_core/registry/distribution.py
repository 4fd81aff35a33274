"""An installed distribution that brings parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import Distribution
from typing import Any

from minidl_core.metadata import editable_folder, is_running, requirement
from minidl_core.quoting import printable
from minidl_core.registry.entry import OWN, Entry, Status, normalize_distribution


@dataclass(frozen=True)
class PluginDistribution:
    """A distribution with the parts that it brings; where its metadata cannot be read, a problem instead of parts.

    It is `blocked` where the user says so of the whole, and `malformed` where others that read its entry points fail.
    The `notes` say what else there is to know of it, which keeps nothing from working.
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
        """What a user can do about a distribution that does not work."""
        if self.is_own:
            return "install minidl again (pip install --force-reinstall minidl)"
        return f"install it again, block it (--block {self.name}) or delete {self.folder}"

    @property
    def is_own(self) -> bool:
        """Whether it is minidl itself."""
        return normalize_distribution(self.name) == OWN

    @property
    def is_running(self) -> bool:
        """Whether its packages are the minidl that runs."""
        return self.metadata is not None and is_running(self.metadata)

    @property
    def folder(self) -> str:
        """The folder, or the file, that its metadata lies in."""
        return printable(str(getattr(self.metadata, "_path", self.location)))

    @property
    def status(self) -> Status:
        """How it stands: blocked as a whole, unreadable, or else as the gravest of its parts does."""
        found = {entry.status for entry in self.entries}
        if self.blocked or found == {"blocked"}:
            return "blocked"
        if self.problem:
            return "broken"
        gravest: tuple[Status, ...] = ("broken", "incompatible", "conflicting")
        return next((status for status in gravest if status in found), "ok")

    @property
    def requirement(self) -> str:
        """The line of a requirements file by which pip installs it again; where it cannot be read, a comment."""
        if self.problem:
            return f"# {self.origin}: {self.problem}"
        return requirement(self.name, self.version, self.metadata)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
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
