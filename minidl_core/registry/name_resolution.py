"""Who a name belongs to: the status of each part once the user's decisions and other claims are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from minidl_core.registry.entry import Entry, normalize_distribution, normalize_name
from minidl_core.registry.plugin_policy import Policy

MOST_SHOWN = 5
"""Claims of one name that a message lists."""


def resolve(entries: Iterable[Entry], policy: Policy) -> list[Entry]:
    """Return the parts with their status, sorted by kind, name and distribution.

    A part that is blocked, incompatible or broken claims no name. Where several others claim one, it stands for the one
    that the user prefers, or else for minidl's own, or else for none. Hooks are never called by name and share theirs.
    """
    checked = sorted((_checked(entry, policy) for entry in entries), key=_order)
    return [
        resolved
        for _, claims in groupby(checked, key=lambda entry: (entry.kind, normalize_name(entry.name)))
        for resolved in _decided(list(claims), policy)
    ]


def conflict_message(kind: str, name: str, claims: Sequence[Entry]) -> str:
    """Return a sentence about a name that stands for none of the parts that claim it."""
    owners = [entry.origin if entry.is_usable else f"{entry.origin} ({entry.status})" for entry in claims]
    usable = [entry for entry in claims if entry.is_usable]
    return (
        f"the {kind} '{name}' is claimed by {_listed(owners)}: write {_forms(usable)}, or say which it stands for "
        f"(--prefer {usable[0].qualified_name}, say), or uninstall all but one"
    )


def shadowed_message(entry: Entry, rivals: Sequence[Entry]) -> str:
    """Return a sentence about a name that stands for minidl's part, and that others claim too."""
    others = _listed([rival.origin for rival in rivals])
    claim, one = ("claims", "it") if len(rivals) == 1 else ("claim", "one of them")
    return (
        f"the {entry.kind} '{entry.name}' is minidl's; {others} {claim} the name too: write {_forms(rivals)} "
        f"to use {one}, or decide (--prefer {rivals[0].qualified_name} or --prefer {entry.qualified_name})"
    )


def _checked(entry: Entry, policy: Policy) -> Entry:
    """Return the part as it stands without other claims: blocked if the user says so, whatever else there is to say."""
    if blocked := policy.blocks(entry):
        return replace(entry, status="blocked", reason=blocked)
    return replace(entry, status="ok", reason="") if entry.status == "conflicting" else entry


def _decided(claims: list[Entry], policy: Policy) -> list[Entry]:
    """Return the parts of one kind and name, each knowing whether the name stands for it."""
    winner, why = policy.prefers(claims)
    rivals = [entry for entry in claims if entry.is_usable]
    if claims[0].kind == "hook" or (winner is None and len(rivals) == 1):
        return claims
    if winner is None:
        winner = next((entry for entry in rivals if entry.is_own), None)
        why = "minidl's own names stay minidl's, unless you prefer another"
    if winner is None:
        return [_conflicting(entry, _shared_with(rivals, entry)) if entry in rivals else entry for entry in claims]
    return [
        _conflicting(entry, f"the name stands for that of {winner.origin}: {why}")
        if entry in rivals and entry is not winner
        else entry
        for entry in claims
    ]


def _conflicting(entry: Entry, reason: str) -> Entry:
    return replace(entry, status="conflicting", reason=reason)


def _shared_with(rivals: list[Entry], entry: Entry) -> str:
    return "the name is also claimed by " + _listed([other.origin for other in rivals if other is not entry])


def _order(entry: Entry) -> tuple[str, str, str]:
    return entry.kind, normalize_name(entry.name), normalize_distribution(entry.distribution)


def _forms(entries: Sequence[Entry]) -> str:
    """Return how each of several parts is written."""
    return _listed([f"'{entry.qualified_name}'" for entry in entries], "or")


def _listed(names: Sequence[str], joint: str = "and") -> str:
    """Return names with a word between them, the first few of many."""
    shown = [*names[:MOST_SHOWN], f"{len(names) - MOST_SHOWN} others"] if len(names) > MOST_SHOWN else names
    return f" {joint} ".join(shown)
