"""Which of several distributions of one name holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from minidl_core.registry.distribution import PluginDistribution


def choose_distribution(found: Sequence[PluginDistribution]) -> PluginDistribution:
    """Return the one of several distributions of one name that holds, with notes of the others.

    It is the first on the import path whose metadata can be read, as for imports; of minidl itself, the one whose
    packages run, or that has its commands. Where several lie in one folder, which says nothing of an order, the latest
    version holds.

    Args:
        found: the distributions in the order of the import path; one that is seen twice may be there twice.
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
    """Order places: the first of the least is chosen."""
    commands = any(entry.kind == "command" for entry in one.entries)
    return bool(one.problem), one.is_own and not one.is_running, one.is_own and not commands


def _note(other: PluginDistribution, chosen: PluginDistribution) -> str:
    """Return what a user should know of a distribution that another of its name was chosen over, if anything."""
    if other.problem:
        return f"{other.origin} is passed over, for {other.problem}: delete {other.folder}"
    if other.location == chosen.location:
        return (
            f"two versions lie in one folder, {other.version or 'none'} and {chosen.version}, and the later one holds: "
            f"delete {other.folder}"
        )
    return f"{other.origin} in {other.location} is passed over: it is not the minidl that runs" if other.is_own else ""


def _order(one: PluginDistribution) -> tuple[Any, ...]:
    """Order the versions in one folder: those that can hold over others, and by PEP 440 where they are versions.

    What is no version comes before all that are, by the numbers in it. Of two equal ones the folder decides, so that
    it does not matter in which order they are found.
    """
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 - only where there are two

    try:
        key: tuple[Any, ...] = (True, Version(one.version))
    except InvalidVersion:
        key = (False, [int(number) for number in re.findall(r"\d+", one.version)])
    return *(not far for far in _distance(one)), *key, one.version, one.folder
