"""`minidl describe`: what a part is and how it is written, or what a dataset's data are like."""

from __future__ import annotations

import ast
import json
import re
import sys
from contextlib import redirect_stdout
from typing import Annotated, Any

import typer

import minidl_core as minidl
from minidl_core.cli.options import PluginFiles
from minidl_core.registry import Definition, Entry, Setting, definition_of

SAMPLE_VALUES = {"int": "25", "float": "0.1", "bool": "true", "Path": "data.csv"}
"""A value for a setting that has no default, by its type."""

GIVEN_EXAMPLE = re.compile(r"^Example: minidl run (.+)$", re.MULTILINE)
"""How a docstring gives an example of its own, where one cannot be derived from the settings."""


def complete_name(incomplete: str) -> list[str]:
    """Return the names that begin so."""
    return sorted({entry.name for entry in minidl.default_registry().entries() if entry.name.startswith(incomplete)})


def describe(
    name: Annotated[
        str,
        typer.Argument(
            help="A name that minidl list shows, or a dataset with its settings.", autocompletion=complete_name
        ),
    ],
    plugin: PluginFiles = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,  # noqa: FBT002 - Typer's way of a flag
) -> None:
    """Show a part's settings, documentation and an example, or the rows, columns and target of a dataset.

    minidl describe linear

    minidl describe table:rents.csv:target=rent
    """
    for path in plugin or ():
        minidl.load_file(path)
    if ":" in name:
        _describe_data(name, as_json=as_json)
        return
    entries = [(entry, _definition(entry)) for entry in minidl.default_registry().named(name)]
    if as_json:
        typer.echo(json.dumps([_plain(*one) for one in entries], indent=2))
        return
    for entry, definition in entries:
        typer.echo(f"{entry.kind} {entry.name}({', '.join(map(str, definition.settings))})\n")
        typer.echo(f"{definition.docstring}\n")
        typer.echo(f"From {entry.origin}: {entry.target}")
        if entry.status != "ok":
            typer.echo(f"It is {entry.status}: {entry.reason}")
        typer.echo(f"Example: {example(entry, definition)}")


def _describe_data(spec: str, *, as_json: bool) -> None:
    """Load the data of a dataset and show what they are like."""
    from minidl_commands.data_report import show_description  # noqa: PLC0415 - imports rich
    from minidl_core.assembly import guarded, make_dataset  # noqa: PLC0415 - imports torch

    with redirect_stdout(sys.stderr):  # what the dataset prints must not mix with the command's own output
        dataset = make_dataset(spec)
        with guarded(dataset):
            description = dataset.describe()
    if as_json:
        typer.echo(json.dumps(description.to_json(), indent=2, allow_nan=False))
    else:
        show_description(description)


def _definition(entry: Entry) -> Definition:
    """Return a part's definition, or why it has none: others of the name can be described all the same."""
    try:
        return definition_of(entry)
    except minidl.MinidlError as error:
        return Definition((), str(error))


def _plain(entry: Entry, definition: Definition) -> dict[str, Any]:
    keys = ("kind", "name", "distribution", "version", "target", "status", "reason")
    settings = [{"name": one.name, "type": one.annotation, "default": one.default} for one in definition.settings]
    plain = {key: getattr(entry, key) for key in keys} | {"settings": settings}
    return plain | {"documentation": definition.docstring, "example": example(entry, definition)}


def example(entry: Entry, definition: Definition) -> str:
    """Return a command that uses the part."""
    if entry.kind == "command":
        return f"minidl {entry.name} --help"
    if entry.kind == "hook":
        return "minidl run (hooks take part in every run)"
    if given := GIVEN_EXAMPLE.search(definition.docstring):
        return f"minidl run {given[1]}"
    spec = entry.name + "".join(_argument(setting) for setting in definition.settings if not _is_body(setting))
    spec += "".join("(linear:25,relu)" for setting in definition.settings if _is_body(setting))
    option = {"layer": "layers", "dataset": "data", "metric": "metrics"}.get(entry.kind, entry.kind)
    return f"minidl run --{option} '{f'linear:25,{spec},linear:2' if entry.kind == 'layer' else spec}'"


def _argument(setting: Setting) -> str:
    """Write a setting as an argument: with a sample value if it must be given, with its default if that says much."""
    if setting.default is None:
        return f":{SAMPLE_VALUES.get(setting.annotation, '…')}"
    value = ast.literal_eval(setting.default) if setting.default[0] in "'\"-0123456789" else None
    return "" if value is None or value == "" else f":{setting.name}={value}"


def _is_body(setting: Setting) -> bool:
    return setting.annotation in {"Sequential", "Module"}
