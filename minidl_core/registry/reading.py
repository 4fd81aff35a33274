"""Installed distributions that bring parts, read from their metadata."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email.message import Message
from email.parser import HeaderParser
from importlib.metadata import Distribution
from pathlib import Path

from minidl_core.registry.compatibility import compatibility
from minidl_core.registry.distribution import PluginDistribution
from minidl_core.registry.entry import Entry, Status, fold, fold_distribution
from minidl_core.registry.kinds import KINDS, find_kind
from minidl_core.suggest import nearest

NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
"""A part's name, as specifications can hold it."""

TARGET = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*(:[^\W\d]\w*(\.[^\W\d]\w*)*)?")
"""An entry point's value as the packaging specification has it, without spaces and extras: `module.inner:object`."""

SPACE_OR_EXTRAS = re.compile(r"\s|\[.*")
"""What a target may hold and minidl does without: `module : object [extra]`."""

MENTIONS_MINIDL = re.compile(r"^\s*\[minidl\.", re.MULTILINE)

NO_ENTRY = re.compile(r"^(?!\s*([#\[]|$))[^=\n]*$", re.MULTILINE)
"""A line that is neither a heading nor a comment and says nothing of a target, by which others that read it fail."""

KIND_OF_GROUP = {kind.group: kind.name for kind in KINDS.values()}


def read_distributions(installed: Iterable[Distribution]) -> list[PluginDistribution]:
    """Return the distributions that bring parts, sorted by name; one that is seen twice counts once.

    The first on the import path holds, as for imports. Where two lie in one folder, which says nothing of an order,
    the later version does.
    """
    found: dict[str, PluginDistribution] = {}
    for metadata in installed:
        for read in _read(metadata):
            name = fold_distribution(read.name)
            known = found.get(name)
            if known is None or (known.location == read.location and _sort_key(read) > _sort_key(known)):
                found[name] = read
    return [found[name] for name in sorted(found)]


def _sort_key(distribution: PluginDistribution) -> tuple[bool, list[int], str]:
    """Order the versions of one distribution: readable ones over others, then by the numbers in the version."""
    numbers = [int(number) for number in re.findall(r"\d+", distribution.version)]
    return not distribution.problem, numbers, distribution.version


def _read(metadata: Distribution) -> Iterator[PluginDistribution]:
    """Yield the distribution if it declares parts, or seems to."""
    try:
        text = metadata.read_text("entry_points.txt")
        if text is None:
            return
        malformed = NO_ENTRY.search(text) is not None
        if not malformed and not MENTIONS_MINIDL.search(text):  # parsing all metadata would take longer
            return
        header = _header(metadata)
        name, version = header["Name"], header.get("Version", "")
        status, reason = compatibility(name, header.get_all("Requires-Dist", []))
        entries = tuple(_entries(text, name, version, status, reason))
    except (UnicodeDecodeError, KeyError) as error:
        problem = "is no UTF-8 text" if isinstance(error, UnicodeDecodeError) else f"lacks {error}"
        name, version = _folder_name(metadata)
        location = str(metadata.locate_file(""))
        yield PluginDistribution(name, version, location, problem=f"its metadata {problem}", malformed=True)
    else:
        if entries or malformed:
            problem = "its entry_points.txt has a line without '='" if malformed and not entries else ""
            location = str(metadata.locate_file(""))
            yield PluginDistribution(name, version, location, entries, problem, malformed=malformed, metadata=metadata)


def _header(metadata: Distribution) -> Message:
    """Parse the part of the metadata before the description, which may be long.

    Raises:
        KeyError: there is none, or it says no name.
    """
    text = metadata.read_text("METADATA") or metadata.read_text("PKG-INFO") or ""
    header = HeaderParser().parsestr(text.partition("\n\n")[0])
    if "Name" not in header:
        raise KeyError("Name")
    return header


def _folder_name(metadata: Distribution) -> tuple[str, str]:
    """Return name and version as the folder of the metadata has them, for one whose text cannot be read."""
    folder = Path(str(getattr(metadata, "_path", "unknown"))).stem
    name, _, version = folder.partition("-")
    return name, version


def _entries(text: str, name: str, version: str, status: Status, reason: str) -> Iterator[Entry]:
    """Yield the parts that `entry_points.txt` declares in our groups, line by line: a bad one spoils no other."""
    kind, misnamed = None, ""
    seen: set[tuple[str, str]] = set()
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            kind, misnamed = _kind_of(line[1:-1].strip())
        elif kind and line and line[0] not in "#;":
            key, _, value = map(str.strip, line.partition("="))
            target = SPACE_OR_EXTRAS.sub("", value)
            flaw = misnamed or ("it is declared twice" if (kind, fold(key)) in seen else _flaw(key, target))
            seen.add((kind, fold(key)))
            yield Entry(kind, key, name, version, target, *(("broken", flaw) if flaw else (status, reason)))


def _kind_of(group: str) -> tuple[str | None, str]:
    """Return the kind of part of a group, and what is wrong with its name, if it is probably one of ours mistyped."""
    if group in KIND_OF_GROUP or not group.startswith("minidl."):
        return KIND_OF_GROUP.get(group), ""
    near = nearest(group.removeprefix("minidl."), [kind.plural for kind in KINDS.values()])
    return (find_kind(near).name, f"its group is written [{group}]: write [minidl.{near}]") if near else (None, "")


def _flaw(name: str, target: str) -> str:
    """Return what is wrong with an entry point, if anything."""
    if not NAME.fullmatch(name):
        return f"its entry point's name {name!r} should be of letters, digits, '-', '_' and '.'"
    if not TARGET.fullmatch(target):
        return f"its entry point should be written '{name} = module:object', but leads to {target!r}"
    return ""
