"""An installed distribution that brings parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import Distribution
from typing import Any

from minidl_core.registry.entry import OWN, Entry, Status, fold_distribution
from minidl_core.registry.origin import editable_folder, requirement


@dataclass(frozen=True)
class PluginDistribution:
    """A distribution with the parts that it brings; where its metadata cannot be read, a problem instead of parts.

    It is `blocked` where the user says so of the whole, and `malformed` where others that read its entry points fail.
    """

    name: str
    version: str
    location: str
    entries: tuple[Entry, ...] = ()
    problem: str = ""
    blocked: str = ""
    malformed: bool = False
    metadata: Distribution | None = field(default=None, compare=False, repr=False)

    @property
    def origin(self) -> str:
        """Its name and version, for messages."""
        return f"{self.name} {self.version}".strip()

    @property
    def mend(self) -> str:
        """What a user can do about a distribution that does not work."""
        return f"install it again, block it (--block {self.name}) or remove it (pip uninstall {self.name})"

    @property
    def is_own(self) -> bool:
        """Whether it is minidl itself."""
        return fold_distribution(self.name) == OWN

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
            "parts": [{key: getattr(entry, key) for key in keys} for entry in self.entries],
        }
