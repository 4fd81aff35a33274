"""Resolve which part a name stands for, from all parts of that name and the user's policy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from minidl_core.registry.entry import Entry, normalize_distribution, normalize_name
from minidl_core.registry.plugin_policy import Policy

MOST_SHOWN = 5
"""Maximum number of parts of one name that a message lists."""


def resolve(entries: Iterable[Entry], policy: Policy) -> list[Entry]:
    """Return the parts with their status, sorted by kind, name and distribution.

    Blocked, incompatible and broken parts are ignored. If several other parts have one name, it stands for the one that
    the user prefers, otherwise for minidl's own, otherwise for none. Hooks are not found by name and may share one.
    """
    checked = sorted((_checked(entry, policy) for entry in entries), key=_order)
    return [
        resolved
        for _, candidates in groupby(checked, key=lambda entry: (entry.kind, normalize_name(entry.name)))
        for resolved in _decided(list(candidates), policy)
    ]


def conflict_message(kind: str, name: str, candidates: Sequence[Entry]) -> str:
    """Return the error message for a name of several parts that stands for none of them."""
    owners = [entry.origin if entry.is_usable else f"{entry.origin} ({entry.status})" for entry in candidates]
    usable = [entry for entry in candidates if entry.is_usable]
    return (
        f"the {kind} '{name}' is provided by {_listed(owners)}: write {_forms(usable)}, choose one for the name "
        f"(such as --prefer {usable[0].qualified_name}), or uninstall all but one"
    )


def shadowed_message(entry: Entry, others: Sequence[Entry]) -> str:
    """Return the warning for a name that stands for minidl's part although other parts have it too."""
    origins = _listed([other.origin for other in others])
    provide, one = ("provides", "it") if len(others) == 1 else ("provide", "one of them")
    return (
        f"the {entry.kind} '{entry.name}' is minidl's, but {origins} {provide} one too: write {_forms(others)} "
        f"to use {one}, or choose (--prefer {others[0].qualified_name} or --prefer {entry.qualified_name})"
    )


def _checked(entry: Entry, policy: Policy) -> Entry:
    """Return the part with the status it has apart from other parts: blocked if the user blocks it."""
    if blocked := policy.blocks(entry):
        return replace(entry, status="blocked", reason=blocked)
    return replace(entry, status="ok", reason="") if entry.status == "conflicting" else entry


def _decided(candidates: list[Entry], policy: Policy) -> list[Entry]:
    """Return the parts of one kind and name with their status."""
    winner, why = policy.prefers(candidates)
    others = [entry for entry in candidates if entry.is_usable]
    if candidates[0].kind == "hook" or (winner is None and len(others) == 1):
        return candidates
    if winner is None:
        winner = next((entry for entry in others if entry.is_own), None)
        why = "a name of minidl's own stands for minidl's part unless you prefer another"
    if winner is None:
        return [_conflicting(entry, _shared_with(others, entry)) if entry in others else entry for entry in candidates]
    return [
        _conflicting(entry, f"the name stands for the part of {winner.origin}: {why}")
        if entry in others and entry is not winner
        else entry
        for entry in candidates
    ]


def _conflicting(entry: Entry, reason: str) -> Entry:
    return replace(entry, status="conflicting", reason=reason)


def _shared_with(others: list[Entry], entry: Entry) -> str:
    return "another part of the same name comes from " + _listed(
        [other.origin for other in others if other is not entry]
    )


def _order(entry: Entry) -> tuple[str, str, str]:
    return entry.kind, normalize_name(entry.name), normalize_distribution(entry.distribution)


def _forms(entries: Sequence[Entry]) -> str:
    """Return the qualified names of several parts."""
    return _listed([f"'{entry.qualified_name}'" for entry in entries], "or")


def _listed(names: Sequence[str], joint: str = "and") -> str:
    """Return the first few names, joined by a word."""
    shown = [*names[:MOST_SHOWN], f"{len(names) - MOST_SHOWN} others"] if len(names) > MOST_SHOWN else names
    return f" {joint} ".join(shown)
