"""Choose between several installed distributions of the same name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from minidl_core.registry.distribution import PluginDistribution


def choose_distribution(found: Sequence[PluginDistribution]) -> PluginDistribution:
    """Return the distribution to use of several with one name, with notes about the others.

    As for imports, it is the first on the import path whose metadata can be read. For minidl itself it is the running
    one, or one that has its commands. Of several in one folder, which has no order, it is the latest version.

    Args:
        found: the distributions in the order of the import path; duplicates are allowed.
    """
    if len(found) == 1:
        return found[0]
    by_folder: dict[str, PluginDistribution] = {}
    for one in found:
        by_folder.setdefault(one.folder, one)
    several = list(by_folder.values())
    place = min(several, key=_distance).location
    latest = max((one for one in several if one.location == place), key=_order)
    notes = [_note(one, latest) for one in several if one is not latest]
    return replace(latest, notes=tuple(filter(None, notes)), malformed=any(one.malformed for one in several))


def _distance(one: PluginDistribution) -> tuple[bool, bool, bool]:
    """Return a sort key of folders: the first with the smallest key is chosen."""
    commands = any(entry.kind == "command" for entry in one.entries)
    return bool(one.problem), one.is_own and not one.is_running, one.is_own and not commands


def _note(other: PluginDistribution, chosen: PluginDistribution) -> str:
    """Return a note for the user about a distribution that was not chosen, or nothing."""
    if other.problem:
        return f"{other.origin} is ignored, because {other.problem}: delete {other.folder}"
    if other.location == chosen.location:
        return (
            f"one folder has two versions, {other.version or 'none'} and {chosen.version}; the later one is used: "
            f"delete {other.folder}"
        )
    return f"{other.origin} in {other.location} is ignored: it is not the running minidl" if other.is_own else ""


def _order(one: PluginDistribution) -> tuple[Any, ...]:
    """Return a sort key of the versions in one folder: usable ones last, then by PEP 440.

    Invalid versions come first, ordered by the numbers in them. The folder orders equal versions, so that the result
    does not depend on the order in which they are found.
    """
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 - needed only for duplicates

    try:
        key: tuple[Any, ...] = (True, Version(one.version))
    except InvalidVersion:
        key = (False, [int(number) for number in re.findall(r"\d+", one.version)])
    return *(not far for far in _distance(one)), *key, one.version, one.folder
