"""The message for a name that no installed part has, such as a misspelt layer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from minidl_core.quoting import shortened
from minidl_core.registry.distribution import PluginDistribution
from minidl_core.registry.entry import Entry
from minidl_core.registry.kinds import KINDS
from minidl_core.suggestions import did_you_mean


def unknown_name_message(
    name: str, kind: str | None, entries: Sequence[Entry], distributions: Iterable[PluginDistribution]
) -> str:
    """Return a sentence about an unknown name, with the most similar known name.

    Args:
        name: the name that no part has.
        kind: the kind of part that was looked for; None for any.
        entries: all known parts.
        distributions: the installed distributions, whose problems may explain why the name is unknown.
    """
    suggestion = did_you_mean(name, {entry.name for entry in entries if kind in {None, entry.kind}})
    if kind is None:
        sentence = f"no part is named '{shortened(name)}': {suggestion} (minidl list shows all)"
    else:
        suggestion = _other_kind(name, entries) + suggestion
        sentence = f"there is no {kind} '{shortened(name)}': {suggestion} (minidl list {KINDS[kind].plural} shows all)"
    return sentence + "".join(f"; {problem}" for problem in _metadata_problems(distributions))


def _other_kind(name: str, entries: Iterable[Entry]) -> str:
    """Return a clause if a part of another kind has the name."""
    kind = next((entry.kind for entry in entries if entry.matches(name)), None)
    if kind is None:
        return ""
    return f"'{shortened(name)}' is {'an' if kind[0] in 'aeiou' else 'a'} {kind}; "


def _metadata_problems(distributions: Iterable[PluginDistribution]) -> list[str]:
    """Return the problems of metadata that may explain why a name is unknown."""
    installed = list(distributions)
    problems = [f"{one.origin} might provide it, but {one.problem}: {one.hint}" for one in installed if one.problem]
    own = next((one for one in installed if one.is_own), None)
    if own is None:
        problems.append("no distribution called minidl is on the import path, so minidl's own parts are unknown")
    elif not own.problem and not own.is_running:
        problems.append(f"{own.origin} in {own.location} is not the running minidl, whose metadata is missing")
    return problems
