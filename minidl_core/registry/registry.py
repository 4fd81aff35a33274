"""Every part known by name: those that installed distributions declare, and those registered while running."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from minidl_core.errors import ConflictError, InputError, PluginError, PluginWarning, UnknownNameError
from minidl_core.metadata import installed as all_installed
from minidl_core.quoting import quoted, shortened
from minidl_core.registry.distribution import PluginDistribution
from minidl_core.registry.entry import LOCAL, LONGEST_NAME, NAME, Entry, normalize_name, target_of
from minidl_core.registry.installed_plugins import read_distributions
from minidl_core.registry.kinds import KINDS, find_kind
from minidl_core.registry.name_resolution import conflict_message, resolve, shadowed_message
from minidl_core.registry.plugin_policy import Policy
from minidl_core.registry.plugin_policy_sources import load_policy
from minidl_core.suggestions import did_you_mean


class Registry:
    """Finds parts by kind and name; reads metadata alone until one of them is loaded.

    Args:
        installed: the distributions to read; by default, all on the import path.
        policy: what the user decided about plugins; by default, nothing.

    Attributes:
        files: what the files held whose parts were registered, by path.

    Raises:
        UnknownNameError: the policy names something that is not installed.
        PluginError: the policy is strict, and a plugin has something wrong that metadata shows.
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
            raise PluginError(f"not all plugins are in order, as {self.policy.strict} demands:\n  {listed}")

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
        """Return the installed distributions that bring parts, sorted by name, their parts with their status."""
        parts: dict[str, list[Entry]] = {one.name: [] for one in self._distributions}
        for entry in self._entries:
            parts.setdefault(entry.distribution, []).append(entry)
        return [
            replace(one, entries=tuple(parts[one.name]), blocked=self.policy.blocks_all_of(one.name))
            for one in self._distributions
        ]

    def problems(self) -> list[str]:
        """Return what is wrong with plugins, as far as metadata shows it and the user has not decided it."""
        unreadable = [
            f"{one.origin}: {one.problem}"
            for one in self._distributions
            if one.problem and not self.policy.blocks_all_of(one.name)
        ]
        undecided = self._undecided()
        return unreadable + [
            f"the {entry.kind} '{entry.name}' of {entry.origin} is {entry.status}: {entry.reason}"
            for entry in self._entries
            if entry.status in {"incompatible", "broken"}
            or (entry.status == "conflicting" and (entry.kind, normalize_name(entry.name)) in undecided)
        ]

    def _undecided(self) -> set[tuple[str, str]]:
        """Return the kinds and names that several claim, where the user has not decided what they stand for."""
        claims: dict[tuple[str, str], list[Entry]] = {}
        for entry in self._entries:
            claims.setdefault((entry.kind, normalize_name(entry.name)), []).append(entry)
        return {
            key
            for key, several in claims.items()
            if any(entry.status == "conflicting" for entry in several) and self.policy.prefers(several)[0] is None
        }

    def find(self, kind: str, name: str) -> Entry:
        """Return the part of that kind and name; `distribution/name` picks one of several.

        A name of minidl's own stands for minidl's part; that others claim it too is a warning, once.

        Raises:
            UnknownNameError: nothing installed answers to the name.
            ConflictError: several distributions do; under a strict policy, even where one of them is minidl.
            BlockedError: the user has blocked what does.
            PluginError: what does is incompatible with this minidl, or broken.
        """
        claims = [entry for entry in self.entries(kind) if entry.matches(name)]
        if not claims:
            raise UnknownNameError(self._unknown(find_kind(kind).name, name))
        usable = [entry for entry in claims if entry.is_usable]
        if not usable:
            claims[0].check_usable()
        standing = [entry for entry in usable if entry.status == "ok" or "/" in name]
        if len(standing) != 1:
            raise ConflictError(conflict_message(find_kind(kind).name, name, claims))
        if "/" not in name:
            self._warn_of_rivals(standing[0], claims)
        return standing[0]

    def named(self, name: str) -> list[Entry]:
        """Return the parts of any kind that a name stands for; of a kind where it stands for none, all that claim it.

        Raises:
            UnknownNameError: there is none.
            ConflictError: as `find`.
        """
        found = [entry for entry in self._entries if entry.matches(name)]
        if not found:
            guess = did_you_mean(name, {entry.name for entry in self._entries})
            raise UnknownNameError(
                f"nothing is named '{shortened(name)}': {guess} (minidl list shows all){self._unreadable()}"
            )
        if "/" in name:
            return found
        standing = {entry.kind: entry for entry in found if entry.status == "ok" and entry.kind != "hook"}
        for entry in standing.values():
            self._warn_of_rivals(entry, [other for other in found if other.kind == entry.kind])
        return [entry for entry in found if entry.status != "conflicting" or entry.kind not in standing]

    def load(self, kind: str, name: str) -> Any:
        """Import the part of that kind and name and return it.

        Raises:
            UnknownNameError, ConflictError, BlockedError: as `find`.
            PluginError: the part cannot be imported, or is not of its kind.
        """
        return self.find(kind, name).load()

    def register(self, kind: str, name: str, part: Any) -> None:
        """Make a part known for this process, as `minidl_register` hooks and notebooks do.

        It replaces one that the same module registered under the name before, as a cell of a notebook does that is run
        again.

        Raises:
            UnknownNameError: there is no such kind.
            InputError: no specification could hold the name.
            ConflictError: another module has registered a part under the name.
        """
        if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            raise InputError(
                f"nothing can be known as {quoted(name)}: give a name of letters (a to z), digits, '-', '_' and '.', "
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
                    f"the {entry.kind} '{name}' is registered already, as {other.target}: "
                    f"give one of them another name, as by @minidl.register('{name}2')"
                )
        self._entries = resolve([*(one for one in self._entries if one not in before), entry], self.policy)

    def unregister_module(self, module: str) -> None:
        """Forget what a module registered."""
        kept = [one for one in self._entries if not one.is_local or one.target.partition(":")[0] != module]
        self._entries = resolve(kept, self.policy)

    def entry_of(self, kind: str, part: type) -> Entry | None:
        """Return the entry under which a class is known, or None; of several, minidl's own, or one by its bare name."""
        found = (entry for entry in self.entries(kind) if entry.is_usable and entry.provides(part))
        return min(found, key=lambda entry: (not entry.is_own, entry.status != "ok"), default=None)

    def _warn_of_rivals(self, entry: Entry, claims: Sequence[Entry]) -> None:
        """Say once that others claim a name that stands for minidl's part, unless the user has decided so.

        Raises:
            ConflictError: the policy is strict.
        """
        rivals = [one for one in claims if one.status == "conflicting"]
        key = entry.kind, normalize_name(entry.name)
        if not entry.is_own or not rivals or key in self._warned or self.policy.prefers(claims)[0]:
            return
        if self.policy.strict:
            raise ConflictError(conflict_message(entry.kind, entry.name, claims))
        self._warned.add(key)
        warnings.warn(shadowed_message(entry, rivals), PluginWarning, stacklevel=4)

    def _unknown(self, kind: str, name: str) -> str:
        guess = did_you_mean(name, {entry.name for entry in self.entries(kind)})
        others = [entry.kind for entry in self._entries if entry.kind != kind and entry.matches(name)]
        if others:
            article = "an" if others[0][0] in "aeiou" else "a"
            guess = f"'{shortened(name)}' is {article} {others[0]}; {guess}"
        where = f"(minidl list {KINDS[kind].plural} shows all)"
        return f"there is no {kind} '{shortened(name)}': {guess} {where}{self._unreadable()}"

    def _unreadable(self) -> str:
        """Return what might explain that a name is unknown: metadata that is not what it should be."""
        why = [
            f"{one.origin} might bring it, but {one.problem}: {one.hint}" for one in self._distributions if one.problem
        ]
        own = next((one for one in self._distributions if one.is_own), None)
        if own is None:
            why.append("no distribution called minidl is on the import path, which declares minidl's own parts")
        elif not own.problem and not own.is_running:
            why.append(f"{own.origin} in {own.location} is not the minidl that runs, which declares nothing")
        return "".join(f"; {one}" for one in why)


_default: Registry | None = None


def default_registry() -> Registry:
    """Return the registry of this process, reading the installed distributions and the user's decisions at first.

    Raises:
        ConfigError: the user's configuration file, or an environment variable, cannot be understood.
        UnknownNameError, PluginError: as `Registry`.
    """
    return _default or use_registry(Registry(policy=load_policy()))


def use_registry(registry: Registry) -> Registry:
    """Make a registry the one of this process, and return it."""
    global _default  # noqa: PLW0603 - it is the process's
    _default = registry
    return registry
