"""Every part known by name: those that installed distributions declare, and those registered while running."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.metadata import Distribution, distributions
from typing import Any

from minidl_core.errors import ConflictError, UnknownNameError
from minidl_core.registry.entry import Entry, fold
from minidl_core.registry.kinds import KINDS, find_kind
from minidl_core.suggest import did_you_mean

LOCAL = "local"
"""The distribution under which parts registered by a call are listed."""


class Registry:
    """Finds parts by kind and name; reads metadata alone until one of them is loaded.

    Args:
        installed: the distributions to read; by default, all on the import path.
    """

    def __init__(self, installed: Iterable[Distribution] | None = None) -> None:
        entries = _declared(distributions() if installed is None else installed)
        self._entries = _with_status(entries)

    def entries(self, kind: str | None = None) -> list[Entry]:
        """Return all known parts, of one kind or of all, sorted by kind, name and distribution.

        Raises:
            UnknownNameError: there is no such kind.
        """
        if kind is None:
            return list(self._entries)
        wanted = find_kind(kind).name
        return [entry for entry in self._entries if entry.kind == wanted]

    def find(self, kind: str, name: str) -> Entry:
        """Return the part of that kind and name; `distribution/name` picks one of several.

        Raises:
            UnknownNameError: nothing installed answers to the name.
            ConflictError: several distributions do.
        """
        found = [entry for entry in self.entries(kind) if _answers(entry, name)]
        if not found:
            raise UnknownNameError(self._unknown(find_kind(kind).name, name))
        if len(found) > 1:
            owners = " and ".join(entry.origin for entry in found)
            forms = " or ".join(f"'{entry.qualified_name}'" for entry in found)
            raise ConflictError(f"the {kind} '{name}' is claimed by {owners}: write {forms}, or uninstall all but one")
        return found[0]

    def named(self, name: str) -> list[Entry]:
        """Return the parts of any kind that answer to a name.

        Raises:
            UnknownNameError: there is none.
        """
        found = [entry for entry in self._entries if _answers(entry, name)]
        if not found:
            guess = did_you_mean(name, {entry.name for entry in self._entries})
            raise UnknownNameError(f"nothing is named '{name}': {guess} (minidl list shows all)")
        return found

    def load(self, kind: str, name: str) -> Any:
        """Import the part of that kind and name and return it.

        Raises:
            UnknownNameError: nothing installed answers to the name.
            ConflictError: several distributions do.
            PluginError: the part cannot be imported, or is not of its kind.
        """
        return self.find(kind, name).load()

    def register(self, kind: str, name: str, part: Any) -> None:
        """Make a part known for this process, as `minidl_register` hooks and notebooks do; the latest registered wins.

        Raises:
            UnknownNameError: there is no such kind.
        """
        target = f"{part.__module__}:{part.__qualname__}"
        entry = Entry(find_kind(kind).name, name, LOCAL, "", target, registered=part)
        kept = [
            known
            for known in self._entries
            if (known.kind, fold(known.name), known.distribution) != (entry.kind, fold(name), LOCAL)
        ]
        self._entries = _with_status([*kept, entry])

    def entry_of(self, kind: str, part: type) -> Entry | None:
        """Return the entry under which a class is known, or None."""
        found = (entry for entry in self.entries(kind) if entry.holds(part))
        return next(found, None)

    def _unknown(self, kind: str, name: str) -> str:
        guess = did_you_mean(name, {entry.name for entry in self.entries(kind)})
        others = [entry.kind for entry in self._entries if entry.kind != kind and _answers(entry, name)]
        if others:
            article = "an" if others[0][0] in "aeiou" else "a"
            guess = f"'{name}' is {article} {others[0]}; {guess}"
        return f"there is no {kind} '{name}': {guess} (minidl list {KINDS[kind].plural} shows all)"


@cache
def default_registry() -> Registry:
    """Return the registry of this process, reading the installed distributions at the first call."""
    return Registry()


def _answers(entry: Entry, name: str) -> bool:
    owner, slash, bare = name.rpartition("/")
    return fold(entry.name) == fold(bare) and (not slash or fold(entry.distribution) == fold(owner))


def _declared(installed: Iterable[Distribution]) -> list[Entry]:
    """Read what distributions declare; one that is seen twice counts once, as on the import path."""
    by_distribution: dict[str, list[Entry]] = {}
    for distribution in installed:
        try:
            entries = _parts_of(distribution)
        except Exception:  # noqa: BLE001, S112 - damaged metadata of one distribution shall not disturb the others
            continue
        if entries:
            by_distribution.setdefault(fold(entries[0].distribution), entries)
    return [entry for entries in by_distribution.values() for entry in entries]


def _parts_of(distribution: Distribution) -> list[Entry]:
    """Read the entry points of our groups; the target may be written `module : name [extra]`."""
    if not _mentions_minidl(distribution):
        return []
    metadata = distribution.metadata
    if "Name" not in metadata:
        return []
    kind_of_group = {kind.group: kind.name for kind in KINDS.values()}
    name, version = metadata["Name"], metadata["Version"] if "Version" in metadata else ""  # noqa: SIM401 - it is no dictionary
    return [
        Entry(kind_of_group[point.group], point.name, name, version, re.sub(r"\s|\[.*", "", point.value))
        for point in distribution.entry_points
        if point.group in kind_of_group
    ]


def _mentions_minidl(distribution: Distribution) -> bool:
    """Tell whether a distribution declares a part, by text search: parsing every metadata file would take longer."""
    text = distribution.read_text("entry_points.txt")
    return text is not None and re.search(r"^\s*\[minidl\.", text, re.MULTILINE) is not None


def _with_status(entries: list[Entry]) -> list[Entry]:
    claims = Counter((entry.kind, fold(entry.name)) for entry in entries)
    marked = [
        replace(entry, status="conflicting" if claims[entry.kind, fold(entry.name)] > 1 else "ok") for entry in entries
    ]
    return sorted(marked, key=lambda entry: (entry.kind, fold(entry.name), fold(entry.distribution)))
