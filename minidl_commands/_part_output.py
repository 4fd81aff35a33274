"""Format the description of a part for `minidl describe`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any

from minidl_commands._text_wrapping import fill, wrapped
from minidl_core.registry import Definition, Entry, Setting

SAMPLE_VALUES = {"int": "25", "float": "0.1", "bool": "true", "Path": "data.csv"}
"""A sample value for a setting without a default, by type."""

GIVEN_EXAMPLE = re.compile(r"^Example: (minidl .+)$", re.MULTILINE)
"""An example in a docstring, for parts whose settings do not suffice to derive one."""

OPTIONS = {"layer": "layers", "dataset": "data", "metric": "metrics", "loss": "loss", "optimizer": "optimizer"}
"""The option of `minidl run` for parts of each kind."""

WIDEST = 120
"""The line length of documentation, used if the output is not a terminal."""


def part_lines(entry: Entry, definition: Definition) -> Iterator[str]:
    """Yield the description of a part: signature, documentation, origin and an example."""
    width = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
    yield _signature(entry, definition, width)
    yield ""
    yield wrapped(re.sub(r"\n{3,}", "\n\n", GIVEN_EXAMPLE.sub("", definition.docstring)).strip(), width)
    yield ""
    yield f"From {entry.origin}: {entry.target}"
    if entry.status != "ok":
        yield fill(f"Status: {entry.status}: {entry.reason}", width)
    if entry.kind == "command":
        yield f"Options: minidl {entry.shown_name} --help"
    if entry.kind == "hook":
        yield fill(f"Hooks run in every training; --block {entry.name} turns this one off.", width)
    yield f"Example: {example(entry, definition)}"


def part_json(entry: Entry, definition: Definition) -> dict[str, Any]:
    """Return the description of a part as JSON values."""
    keys = ("kind", "name", "distribution", "version", "target", "status", "reason")
    settings = [{"name": one.name, "type": one.annotation, "default": one.default} for one in definition.settings]
    plain = {key: getattr(entry, key) for key in keys} | {"settings": [] if entry.kind == "command" else settings}
    return plain | {"documentation": definition.docstring, "example": example(entry, definition)}


def example(entry: Entry, definition: Definition) -> str:
    """Return a command that uses the part: the example in its docstring, or one with the required settings."""
    if given := GIVEN_EXAMPLE.search(definition.docstring):
        return given[1]
    if entry.kind == "command":
        return f"minidl {entry.shown_name} --help"
    if entry.kind == "hook":
        return "minidl run"
    name = entry.name if entry.status == "ok" else entry.qualified_name
    needed = [setting for setting in definition.settings if setting.default is None and not _is_body(setting)]
    spec = name + "".join(f":{setting.name}={_sample(setting)}" for setting in needed)
    spec += "".join("(linear:25,relu)" for setting in definition.settings if _is_body(setting))
    spec = f"linear:25,{spec},linear:2" if entry.kind == "layer" else spec
    written = f"'{spec}'" if set(spec) & set("()* ") else spec
    return f"minidl run --{OPTIONS[entry.kind]} {written}"


def _signature(entry: Entry, definition: Definition, width: int) -> str:
    """Return the name and settings; for commands, `--help` shows the options."""
    if entry.kind in {"command", "hook"}:
        return f"{entry.kind} {entry.name}"
    settings = list(map(str, definition.settings))
    line = f"{entry.kind} {entry.name}({', '.join(settings)})"
    lines = [f"{entry.kind} {entry.name}(", *(f"    {setting}," for setting in settings), ")"]
    return line if len(line) <= width else "\n".join(lines)


def _sample(setting: Setting) -> str:
    """Return a sample value for a required setting."""
    literal = re.search(r"Literal\[['\"]?([^'\",\]]+)", setting.annotation)
    return literal[1] if literal else SAMPLE_VALUES.get(setting.annotation, "VALUE")


def _is_body(setting: Setting) -> bool:
    return setting.annotation in {"Sequential", "Module"}
