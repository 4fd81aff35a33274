"""Complete names, kinds and specs on the command line."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from minidl_core.cli.bash_completion import replacement_for
from minidl_core.errors import MinidlError
from minidl_core.registry import KINDS, Setting, default_registry, read_definition
from minidl_core.registry.entry import normalize_name

Completions = list[tuple[str, str]]

BEFORE = re.compile(r"""(?:[^"']|"[^"]*"|'[^']*')*[,(*]""")
"""The text before the component at the cursor: everything up to the last comma, parenthesis or count."""


def spec_completer(kind: str) -> Callable[[str], Completions]:
    """Return a function that completes specs of a kind of part: names, then settings and their values."""

    def complete(incomplete: str) -> Completions:
        found = BEFORE.match(incomplete)
        before = found[0] if found else ""
        component = incomplete[len(before) :]
        options = _arguments(kind, component) if ":" in component else _names(kind, component)
        return [(replacement_for(incomplete, before + text), summary) for text, summary in options]

    return complete


def complete_engine(incomplete: str) -> Completions:
    """Complete `auto`, or the specification of an engine."""
    auto = [("auto", "native where it works and pays, else python")] if "auto".startswith(incomplete) else []
    return [*auto, *spec_completer("engine")(incomplete)]


def complete_name(incomplete: str) -> list[str]:
    """Return the names of parts of any kind that start with the given text."""
    return sorted({entry.name for entry in default_registry().entries() if entry.name.startswith(incomplete)})


def complete_kind(incomplete: str) -> list[str]:
    """Return the singular names of kinds that start with the given text."""
    return [kind for kind in KINDS if kind.startswith(incomplete)]


def complete_plural_kind(incomplete: str) -> list[str]:
    """Return the plural names of kinds that start with the given text."""
    return [kind.plural for kind in KINDS.values() if kind.plural.startswith(incomplete)]


def _names(kind: str, begun: str) -> Iterator[tuple[str, str]]:
    for entry in default_registry().entries(kind):
        name = entry.qualified_name if "/" in begun or entry.status != "ok" else entry.name
        if normalize_name(name).startswith(normalize_name(begun.strip())):
            definition = read_definition(entry)
            yield name, definition.summary if definition else entry.origin


def _arguments(kind: str, component: str) -> Iterator[tuple[str, str]]:
    """Complete the text after a component's last colon."""
    head, _, begun = component.rpartition(":")
    try:
        entry = default_registry().find(kind, head.partition(":")[0].strip())
    except MinidlError:
        return
    definition = read_definition(entry)
    for setting in definition.settings if definition else ():
        if setting.annotation in {"Sequential", "Module"}:  # it is written in parentheses
            continue
        options = [f"{setting.name}={value}" for value in _values(setting)] if "=" in begun else [f"{setting.name}="]
        for option in options:
            if normalize_name(option).startswith(normalize_name(begun)):
                yield f"{head}:{option}", str(setting)


def _values(setting: Setting) -> list[str]:
    """Return the values of a bool or a Literal annotation; otherwise none."""
    if setting.annotation == "bool":
        return ["true", "false"]
    literal = re.search(r"Literal(\[[^\]]*\])", setting.annotation)
    try:
        return [str(value) for value in ast.literal_eval(literal[1])] if literal else []
    except (ValueError, SyntaxError):  # it contains names of constants
        return []
