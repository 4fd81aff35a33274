"""Who a name belongs to: the status of each part once the user's decisions and other claims are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from minidl_core.registry.entry import OWN, Entry, fold, fold_distribution
from minidl_core.registry.policy import Policy


def settle(entries: Iterable[Entry], policy: Policy) -> list[Entry]:
    """Return the parts with their status, sorted by kind, name and distribution.

    A part that is blocked, incompatible or broken claims no name. Where several others claim one, it stands for none of
    them, unless the user prefers one. Hooks are never called by name and so share theirs; and minidl's own commands
    keep theirs, for a program that a plugin could keep from starting could not be used to find that out.
    """
    checked = sorted((_checked(entry, policy) for entry in entries), key=_order)
    return [
        settled
        for _, claims in groupby(checked, key=lambda entry: (entry.kind, fold(entry.name)))
        for settled in _decided(list(claims), policy)
    ]


def _checked(entry: Entry, policy: Policy) -> Entry:
    """Return the part as it stands without other claims: blocked if the user says so, whatever else there is to say."""
    if blocked := policy.blocks(entry):
        return replace(entry, status="blocked", reason=blocked)
    return replace(entry, status="ok", reason="") if entry.status == "conflicting" else entry


def _decided(claims: list[Entry], policy: Policy) -> list[Entry]:
    """Return the parts of one kind and name, each knowing whether the name stands for it."""
    winner, why = policy.prefers(claims)
    rivals = [entry for entry in claims if entry.is_usable]
    if winner is None and claims[0].kind == "command":
        winner = next((entry for entry in rivals if entry.distribution == OWN), None)
        why = "it is a command of minidl's own"
    if claims[0].kind == "hook" or (winner is None and len(rivals) == 1):
        return claims
    if winner is None:
        return [_conflicting(entry, _claimed_by(rivals, entry)) if entry in rivals else entry for entry in claims]
    return [
        _conflicting(entry, f"the name stands for that of {winner.origin}: {why}")
        if entry in rivals and entry is not winner
        else entry
        for entry in claims
    ]


def _conflicting(entry: Entry, reason: str) -> Entry:
    return replace(entry, status="conflicting", reason=reason)


def _claimed_by(rivals: list[Entry], entry: Entry) -> str:
    return "the name is also claimed by " + " and ".join(other.origin for other in rivals if other is not entry)


def _order(entry: Entry) -> tuple[str, str, str]:
    return entry.kind, fold(entry.name), fold_distribution(entry.distribution)
