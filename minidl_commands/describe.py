"""`minidl describe`: show the settings and documentation of a part, or the data of a dataset."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from typing import Annotated

import typer

import minidl_core as minidl
from minidl_commands._part_output import part_json, part_lines
from minidl_core.cli.completion import complete_name
from minidl_core.cli.options import AsJson, PluginFiles
from minidl_core.registry import Definition, Entry, definition_of


def describe(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A name from minidl list, or a dataset with settings.",
            autocompletion=complete_name,
        ),
    ],
    plugin: PluginFiles = None,
    as_json: AsJson = False,  # noqa: FBT002 - how Typer declares a flag
) -> None:
    """Show a part's settings, documentation and an example, or the rows, columns and target of a dataset.

    Example: minidl describe linear
    """
    for path in plugin or ():
        minidl.load_file(path)
    if ":" in name:
        _describe_data(name, as_json=as_json)
        return
    parts = [(entry, _definition(entry)) for entry in minidl.default_registry().named(name)]
    if as_json:
        typer.echo(json.dumps([part_json(*part) for part in parts], indent=2))
    else:
        typer.echo("\n\n".join("\n".join(part_lines(*part)) for part in parts))


def _describe_data(spec: str, *, as_json: bool) -> None:
    """Load a dataset and print a description of its data."""
    from minidl_commands._data_output import show_description  # noqa: PLC0415 - imports rich
    from minidl_core.assembly import locating_errors, make_dataset  # noqa: PLC0415 - imports torch

    with redirect_stdout(sys.stderr):  # keep the dataset's output apart from the command's
        dataset = make_dataset(spec)
        with locating_errors(dataset):
            description = dataset.describe()
    if as_json:
        typer.echo(json.dumps(description.to_json(), indent=2, allow_nan=False))
    else:
        show_description(description)


def _definition(entry: Entry) -> Definition:
    """Return a part's definition, or the error as its documentation, so that other parts of the name are shown."""
    try:
        return definition_of(entry)
    except minidl.MinidlError as error:
        return Definition((), str(error))
