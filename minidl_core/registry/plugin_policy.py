"""What the user has decided about plugins, before any of them is imported."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from minidl_core.errors import UnknownNameError
from minidl_core.registry.distribution import PluginDistribution
from minidl_core.registry.entry import LOCAL, OWN, Entry, normalize_distribution
from minidl_core.suggestions import did_you_mean, nearest


@dataclass(frozen=True)
class Policy:
    """Which plugins are not to be used, and which one a name stands for that several claim.

    Each decision comes with the place where it was made, for messages.

    Args:
        block: parts (by name or qualified name) and distributions that are not to be used.
        prefer: qualified names, each of the part that its bare name stands for.
        own_only: where it was said that minidl's own parts alone are to be used, if it was.
        strict: where it was said that any plugin that does not work is an error, if it was.
        shared: the places that serve other environments too, with other plugins: a name there that nothing here
            resembles is not taken for a mistyped one.
    """

    block: Mapping[str, str] = field(default_factory=dict)
    prefer: Mapping[str, str] = field(default_factory=dict)
    own_only: str = ""
    strict: str = ""
    shared: frozenset[str] = frozenset()

    def __or__(self, later: Policy) -> Policy:
        """Return what this and a later one decide together: blocks add up, and a later preference comes first."""
        return Policy(
            {**self.block, **later.block},
            {**later.prefer, **self.prefer, **later.prefer},
            later.own_only or self.own_only,
            later.strict or self.strict,
            self.shared | later.shared,
        )

    def blocks(self, entry: Entry) -> str:
        """Return where it was said that a part is not to be used, or nothing."""
        if self.own_only and not entry.is_local and not _is(entry.distribution, OWN):
            return self.own_only
        named = (name for name in self.block if entry.matches(name) or _is(entry.distribution, name))
        return next((f"{self.block[name]} ({name})" for name in named), "")

    def blocks_all_of(self, distribution: str) -> str:
        """Return where it was said that nothing of a distribution is to be used, or nothing."""
        named = (name for name in self.block if _is(distribution, name))
        return next((f"{self.block[name]} ({name})" for name in named), "" if _is(distribution, OWN) else self.own_only)

    def prefers(self, claims: Sequence[Entry]) -> tuple[Entry | None, str]:
        """Return which of several parts of one name the bare name stands for, and where that was said."""
        for name, place in self.prefer.items():
            for entry in claims:
                if entry.matches(name):
                    return entry, f"{place} ({name})"
        return None, ""

    def check(self, distributions: Collection[PluginDistribution]) -> None:
        """Check that what is blocked or preferred is installed.

        Raises:
            UnknownNameError: a name is that of nothing, or of minidl as a whole.
        """
        entries = [entry for distribution in distributions for entry in distribution.entries]
        qualified = [entry.qualified_name for entry in entries]
        names = [entry.name for entry in entries] + [one.name for one in distributions if not one.is_own]
        for name, place in self.block.items():
            if name.startswith(f"{LOCAL}/"):  # registered later, if at all
                continue
            if _is(OWN, name):
                raise UnknownNameError(
                    f"{place}: {OWN} as a whole cannot be blocked, but each part of it, as {OWN}/relu"
                )
            if not any(entry.matches(name) for entry in entries) and not any(
                _is(one.name, name) for one in distributions
            ):
                self._refuse(name, place, qualified if "/" in name else names)
        for name, place in self.prefer.items():
            is_known = name.startswith(f"{LOCAL}/") or any(entry.matches(name) for entry in entries)
            if "/" not in name or not is_known:
                self._refuse(name, place, qualified)

    def _refuse(self, name: str, place: str, known: Collection[str]) -> None:
        if place not in self.shared or nearest(name, known):
            raise UnknownNameError(f"{place}: nothing installed is named '{name}': {did_you_mean(name, set(known))}")


def _is(distribution: str, name: str) -> bool:
    return normalize_distribution(distribution) == normalize_distribution(name)
