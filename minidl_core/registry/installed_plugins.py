"""Find installed distributions that provide parts, from their metadata."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution

from minidl_core.distribution_metadata import BYTE_ORDER_MARK, read_entry_points, read_header
from minidl_core.errors import PluginError
from minidl_core.quoting import printable, quoted, shortened
from minidl_core.registry.distribution import PluginDistribution
from minidl_core.registry.duplicate_distributions import choose_distribution
from minidl_core.registry.entry import LONGEST_NAME, NAME, OWN, Entry, Status, normalize_distribution, normalize_name
from minidl_core.registry.kinds import KINDS, find_kind
from minidl_core.registry.version_compatibility import compatibility
from minidl_core.suggestions import nearest

TARGET = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*(:[^\W\d]\w*(\.[^\W\d]\w*)*)?")
"""An entry point's value by the packaging specification, without spaces and extras: `module.inner:object`."""

SPACE_OR_EXTRAS = re.compile(r"\s|\[.*")
"""Spaces and extras in an entry point's value, which minidl ignores: `module : object [extra]`."""

MENTIONS_MINIDL = re.compile(r"^\s*\[minidl\.", re.MULTILINE)

NO_ENTRY = re.compile(r"^(?!\s*([#\[]|$))[^=\n]*$", re.MULTILINE)
"""A line without a value that is neither a heading nor a comment, on which other readers fail."""

DISTRIBUTION = re.compile(r"[A-Z0-9]([A-Z0-9._-]*[A-Z0-9])?", re.ASCII | re.IGNORECASE)
"""A distribution's name by the packaging specification."""

LONGEST_TARGET = 500
"""Maximum length of an entry point's value."""

KIND_OF_GROUP = {kind.group: kind.name for kind in KINDS.values()}


def read_distributions(found: Iterable[Distribution]) -> list[PluginDistribution]:
    """Return the distributions that provide parts, or might, sorted by name; one for each name.

    Args:
        found: the distributions in the order of the import path.
    """
    by_name: dict[str, list[PluginDistribution]] = {}
    for metadata in found:
        if (read := _read(metadata)) is not None:
            by_name.setdefault(normalize_distribution(read.name), []).append(read)
    return [choose_distribution(by_name[name]) for name in sorted(by_name)]


def _read(metadata: Distribution) -> PluginDistribution | None:
    """Return a distribution if it declares parts or seems to; always for minidl itself, which must."""
    name, version = _folder_name(metadata)
    is_own = normalize_distribution(name) == OWN
    try:
        text = read_entry_points(metadata) or ""
        malformed = NO_ENTRY.search(text) is not None or text.startswith(BYTE_ORDER_MARK)  # other readers fail on it
        if not malformed and not is_own and not MENTIONS_MINIDL.search(text):  # faster than parsing all metadata
            return None
        header = read_header(metadata)
        name, version = _valid_name(header["Name"]), _for_display(header.get("Version", ""))
        status, reason = compatibility(name, header.get_all("Requires-Dist", []))
        entries = tuple(_entries(text.removeprefix(BYTE_ORDER_MARK), name, version, status, reason))
        problem = "its entry_points.txt has a line without '='" if malformed else "it declares no parts"
    except PluginError as error:
        entries, problem, malformed = (), str(error), True
    if not entries and not malformed and not is_own:
        return None
    location, problem = printable(str(metadata.locate_file(""))), "" if entries else problem
    return PluginDistribution(name, version, location, entries, problem, malformed=malformed, metadata=metadata)


def _valid_name(name: str) -> str:
    """Return a distribution's name if it is valid.

    Raises:
        PluginError: the name is invalid.
    """
    if len(name) > LONGEST_NAME or not DISTRIBUTION.fullmatch(name):
        raise PluginError(f"its metadata has the invalid name {quoted(name, LONGEST_NAME)}")
    return name


def _folder_name(metadata: Distribution) -> tuple[str, str]:
    """Return name and version from the name of the metadata folder, in case the metadata cannot be read."""
    place, folder = os.path.split(str(getattr(metadata, "_path", "unknown")).rstrip("/"))
    stem = os.path.splitext(os.path.basename(place) if folder == "EGG-INFO" else folder)[0]  # noqa: PTH119, PTH122 - faster
    name, _, version = stem.partition("-")
    return re.sub(r"[^\w.-]+", "_", _for_display(name)) or "unknown", _for_display(version)


def _for_display(text: str) -> str:
    """Return a text from metadata for display: short and on one line."""
    return printable(shortened(" ".join(text.split()), LONGEST_NAME))


def _entries(text: str, name: str, version: str, status: Status, reason: str) -> Iterator[Entry]:
    """Yield the parts that `entry_points.txt` declares; malformed lines are marked and do not affect others."""
    kind, misnamed = None, ""
    seen: set[tuple[str, str]] = set()
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            kind, misnamed = _kind_of(line[1:-1].strip())
        elif kind and line and line[0] not in "#;":
            key, _, value = map(str.strip, line.partition("="))
            target = SPACE_OR_EXTRAS.sub("", value)
            problem = misnamed or (
                "it is declared twice" if (kind, normalize_name(key)) in seen else _problem_of(key, target)
            )
            seen.add((kind, normalize_name(key)))
            if problem:
                key, target = _for_display(key), _for_display(target)
            yield Entry(kind, key, name, version, target, *(("broken", problem) if problem else (status, reason)))


def _kind_of(group: str) -> tuple[str | None, str]:
    """Return the kind of an entry point group, and a problem if the group is a misspelling of one of minidl's."""
    if group in KIND_OF_GROUP or not group.startswith("minidl."):
        return KIND_OF_GROUP.get(group), ""
    if len(group) > LONGEST_NAME:
        return None, ""
    near = nearest(group.removeprefix("minidl."), [kind.plural for kind in KINDS.values()])
    written = printable(group)
    return (find_kind(near).name, f"its group is [{written}]: write [minidl.{near}]") if near else (None, "")


def _problem_of(name: str, target: str) -> str:
    """Return the problem of an entry point, or nothing."""
    if not NAME.fullmatch(name):
        return f"its entry point's name {quoted(name)} should consist of letters, digits, '-', '_' and '.'"
    if len(name) > LONGEST_NAME:
        return f"its entry point's name is longer than {LONGEST_NAME} characters"
    if len(target) > LONGEST_TARGET or not TARGET.fullmatch(target):
        return f"its entry point should be '{name} = module:object', but its value is {quoted(target)}"
    return ""
