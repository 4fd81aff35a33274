"""Finds parts by kind and name: those of installed distributions, and those registered while running."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from minidl_core.distribution_metadata import installed as all_installed
from minidl_core.errors import ConflictError, InputError, PluginError, PluginWarning, UnknownNameError
from minidl_core.quoting import quoted
from minidl_core.registry.distribution import PluginDistribution
from minidl_core.registry.entry import LOCAL, LONGEST_NAME, NAME, Entry, normalize_name, target_of
from minidl_core.registry.installed_plugins import read_distributions
from minidl_core.registry.kinds import find_kind
from minidl_core.registry.name_resolution import conflict_message, resolve, shadowed_message
from minidl_core.registry.plugin_policy import Policy
from minidl_core.registry.plugin_policy_sources import load_policy
from minidl_core.registry.unknown_name import unknown_name_message


class Registry:
    """Finds parts by kind and name; reads only metadata until a part is loaded.

    Args:
        installed: the distributions to read; by default, all on the import path.
        policy: which plugins the user blocks, prefers or demands; by default, none.

    Attributes:
        files: the content of the plugin files whose parts are registered, by path.

    Raises:
        UnknownNameError: the policy names something that is not installed.
        PluginError: the policy is strict, and the metadata of a plugin shows a problem.
    """

    def __init__(self, installed: Iterable[Distribution] | None = None, policy: Policy | None = None) -> None:
        self.policy = Policy() if policy is None else policy
        self.files: dict[Path, bytes] = {}
        self._warned: set[tuple[str, str]] = set()
        self._distributions = read_distributions(all_installed() if installed is None else installed)
        self.policy.check(self._distributions)
        self._entries = resolve((entry for one in self._distributions for entry in one.entries), self.policy)
        if self.policy.strict and (problems := self.problems()):
            listed = "\n  ".join(problems)
            raise PluginError(f"{self.policy.strict} is set, and some plugins have problems:\n  {listed}")

    def entries(self, kind: str | None = None) -> list[Entry]:
        """Return all known parts, of one kind or of all, sorted by kind, name and distribution.

        Raises:
            UnknownNameError: there is no such kind.
        """
        if kind is None:
            return list(self._entries)
        wanted = find_kind(kind).name
        return [entry for entry in self._entries if entry.kind == wanted]

    def distributions(self) -> list[PluginDistribution]:
        """Return the installed distributions that provide parts, sorted by name, with the status of each part."""
        parts: dict[str, list[Entry]] = {one.name: [] for one in self._distributions}
        for entry in self._entries:
            parts.setdefault(entry.distribution, []).append(entry)
        return [
            replace(one, entries=tuple(parts[one.name]), blocked=self.policy.blocks_all_of(one.name))
            for one in self._distributions
        ]

    def problems(self) -> list[str]:
        """Return the problems of plugins that metadata shows and the user has not resolved."""
        unreadable = [
            f"{one.origin}: {one.problem}"
            for one in self._distributions
            if one.problem and not self.policy.blocks_all_of(one.name)
        ]
        unresolved = self._unresolved()
        return unreadable + [
            f"the {entry.kind} '{entry.name}' of {entry.origin} is {entry.status}: {entry.reason}"
            for entry in self._entries
            if entry.status in {"incompatible", "broken"}
            or (entry.status == "conflicting" and (entry.kind, normalize_name(entry.name)) in unresolved)
        ]

    def _unresolved(self) -> set[tuple[str, str]]:
        """Return the kinds and names that several parts share, unless the user prefers one of them."""
        candidates: dict[tuple[str, str], list[Entry]] = {}
        for entry in self._entries:
            candidates.setdefault((entry.kind, normalize_name(entry.name)), []).append(entry)
        return {
            key
            for key, several in candidates.items()
            if any(entry.status == "conflicting" for entry in several) and self.policy.prefers(several)[0] is None
        }

    def find(self, kind: str, name: str) -> Entry:
        """Return the part of that kind and name; `distribution/name` picks one of several.

        A name that minidl itself uses stands for minidl's part; other parts of that name cause one warning.

        Raises:
            UnknownNameError: no installed part has the name.
            ConflictError: several distributions use the name; under a strict policy, even if one of them is minidl.
            BlockedError: the user has blocked the part.
            PluginError: the part is incompatible with this minidl, or broken.
        """
        candidates = [entry for entry in self.entries(kind) if entry.matches(name)]
        if not candidates:
            raise UnknownNameError(self._unknown_name(name, find_kind(kind).name))
        usable = [entry for entry in candidates if entry.is_usable]
        if not usable:
            candidates[0].check_usable()
        standing = [entry for entry in usable if entry.status == "ok" or "/" in name]
        if len(standing) != 1:
            raise ConflictError(conflict_message(find_kind(kind).name, name, candidates))
        if "/" not in name:
            self._warn_about_shadowed(standing[0], candidates)
        return standing[0]

    def named(self, name: str) -> list[Entry]:
        """Return the parts of any kind that a name stands for; in case of a conflict, all parts of that kind and name.

        Raises:
            UnknownNameError: no part has the name.
            ConflictError: as `find`.
        """
        found = [entry for entry in self._entries if entry.matches(name)]
        if not found:
            raise UnknownNameError(self._unknown_name(name))
        if "/" in name:
            return found
        standing = {entry.kind: entry for entry in found if entry.status == "ok" and entry.kind != "hook"}
        for entry in standing.values():
            self._warn_about_shadowed(entry, [other for other in found if other.kind == entry.kind])
        return [entry for entry in found if entry.status != "conflicting" or entry.kind not in standing]

    def load(self, kind: str, name: str) -> Any:
        """Import the part of that kind and name, and return it.

        Raises:
            UnknownNameError, ConflictError, BlockedError: as `find`.
            PluginError: the part cannot be imported or does not implement its interface.
        """
        return self.find(kind, name).load()

    def register(self, kind: str, name: str, part: Any) -> None:
        """Register a part for this process, as `minidl_register` hooks and notebooks do.

        It replaces a part that the same module registered under the name before, as when a notebook cell runs again.

        Raises:
            UnknownNameError: there is no such kind.
            InputError: specs cannot contain the name.
            ConflictError: another module has registered a part under the name.
        """
        if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            raise InputError(
                f"{quoted(name)} cannot be a name: use letters (a to z), digits, '-', '_' and '.', "
                "as by @minidl.register('name')"
            )
        target = target_of(part)
        entry = Entry(find_kind(kind).name, name, LOCAL, "", target, registered=part)
        before = [
            one for one in self.entries(kind) if one.is_local and normalize_name(one.name) == normalize_name(name)
        ]
        for other in before:
            if other.target.partition(":")[0] != target.partition(":")[0]:
                raise ConflictError(
                    f"the {entry.kind} '{name}' is already registered as {other.target}: "
                    f"give one of them another name, as by @minidl.register('{name}2')"
                )
        self._entries = resolve([*(one for one in self._entries if one not in before), entry], self.policy)

    def unregister_module(self, module: str) -> None:
        """Remove the parts that a module registered."""
        kept = [one for one in self._entries if not one.is_local or one.target.partition(":")[0] != module]
        self._entries = resolve(kept, self.policy)

    withdraw = unregister_module
    """The former name of `unregister_module`."""

    def entry_of(self, kind: str, part: type) -> Entry | None:
        """Return the entry of a class, or None; of several, minidl's own or one found by its bare name."""
        found = (entry for entry in self.entries(kind) if entry.is_usable and entry.provides(part))
        return min(found, key=lambda entry: (not entry.is_own, entry.status != "ok"), default=None)

    def _warn_about_shadowed(self, entry: Entry, candidates: Sequence[Entry]) -> None:
        """Warn once that other parts have the name of minidl's part, unless the user prefers one of them.

        Raises:
            ConflictError: the policy is strict.
        """
        others = [one for one in candidates if one.status == "conflicting"]
        key = entry.kind, normalize_name(entry.name)
        if not entry.is_own or not others or key in self._warned or self.policy.prefers(candidates)[0]:
            return
        if self.policy.strict:
            raise ConflictError(conflict_message(entry.kind, entry.name, candidates))
        self._warned.add(key)
        warnings.warn(shadowed_message(entry, others), PluginWarning, stacklevel=4)

    def _unknown_name(self, name: str, kind: str | None = None) -> str:
        return unknown_name_message(name, kind, self._entries, self._distributions)


_default: Registry | None = None


def default_registry() -> Registry:
    """Return the registry of this process; the first call reads the installed distributions and the user's policy.

    Raises:
        ConfigError: the user's configuration file or an environment variable is invalid.
        UnknownNameError, PluginError: as `Registry`.
    """
    return _default or use_registry(Registry(policy=load_policy()))


def use_registry(registry: Registry) -> Registry:
    """Set the registry of this process, and return it."""
    global _default  # noqa: PLW0603 - one registry per process
    _default = registry
    return registry
