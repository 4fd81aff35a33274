"""The user's policy for plugins: which are blocked, and which one a shared name stands for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from minidl_core.errors import UnknownNameError
from minidl_core.registry.distribution import PluginDistribution
from minidl_core.registry.entry import LOCAL, OWN, Entry, normalize_distribution
from minidl_core.suggestions import did_you_mean, nearest


@dataclass(frozen=True)
class Policy:
    """Which plugins are blocked, and which part a name stands for if several have it.

    Each entry maps to its source, such as `--block`, for messages.

    Args:
        block: the names or qualified names of blocked parts, and the names of blocked distributions.
        prefer: the qualified names of the parts that their bare names stand for.
        own_only: the source of the demand to use only minidl's own parts; empty without one.
        strict: the source of the demand that any problem of a plugin is an error; empty without one.
        shared: sources that other environments with other plugins share: an unknown name there is an error only if a
            known name is similar.
    """

    block: Mapping[str, str] = field(default_factory=dict)
    prefer: Mapping[str, str] = field(default_factory=dict)
    own_only: str = ""
    strict: str = ""
    shared: frozenset[str] = frozenset()

    def __or__(self, later: Policy) -> Policy:
        """Return the combination with a later policy: blocks add up, and later preferences take precedence."""
        return Policy(
            {**self.block, **later.block},
            {**later.prefer, **self.prefer, **later.prefer},
            later.own_only or self.own_only,
            later.strict or self.strict,
            self.shared | later.shared,
        )

    def blocks(self, entry: Entry) -> str:
        """Return the source that blocks a part, or nothing."""
        if self.own_only and not entry.is_local and not _is(entry.distribution, OWN):
            return self.own_only
        named = (name for name in self.block if entry.matches(name) or _is(entry.distribution, name))
        return next((f"{self.block[name]} ({name})" for name in named), "")

    def blocks_all_of(self, distribution: str) -> str:
        """Return the source that blocks all of a distribution, or nothing."""
        named = (name for name in self.block if _is(distribution, name))
        return next((f"{self.block[name]} ({name})" for name in named), "" if _is(distribution, OWN) else self.own_only)

    def prefers(self, candidates: Sequence[Entry]) -> tuple[Entry | None, str]:
        """Return which of several parts of one name the user prefers, and the source of the preference."""
        for name, place in self.prefer.items():
            for entry in candidates:
                if entry.matches(name):
                    return entry, f"{place} ({name})"
        return None, ""

    def check(self, distributions: Collection[PluginDistribution]) -> None:
        """Check that blocked and preferred names are installed.

        Raises:
            UnknownNameError: a name is unknown, or is that of minidl as a whole.
        """
        entries = [entry for distribution in distributions for entry in distribution.entries]
        qualified = [entry.qualified_name for entry in entries]
        names = [entry.name for entry in entries] + [one.name for one in distributions if not one.is_own]
        for name, place in self.block.items():
            if name.startswith(f"{LOCAL}/"):  # may be registered later
                continue
            if _is(OWN, name):
                raise UnknownNameError(
                    f"{place}: {OWN} as a whole cannot be blocked, only its parts, such as {OWN}/relu"
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
            raise UnknownNameError(
                f"{place}: no installed part or distribution is named '{name}': {did_you_mean(name, set(known))}"
            )


def _is(distribution: str, name: str) -> bool:
    return normalize_distribution(distribution) == normalize_distribution(name)
