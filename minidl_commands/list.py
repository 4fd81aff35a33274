"""`minidl list`: list all parts."""

from __future__ import annotations

import json
from typing import Annotated

import typer

import minidl_core as minidl
from minidl_core.cli.completion import complete_plural_kind
from minidl_core.cli.options import AsJson, PluginFiles


def list_parts(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="KIND", help="Show only one kind, such as layers.", autocompletion=complete_plural_kind),
    ] = None,
    plugin: PluginFiles = None,
    as_json: AsJson = False,  # noqa: FBT002 - how Typer declares a flag
) -> None:
    """List all parts with their kind, name, distribution, version and status.

    Example: minidl list layers
    """
    for path in plugin or ():
        minidl.load_file(path)
    entries = minidl.default_registry().entries(kind)
    if as_json:
        keys = ("kind", "name", "distribution", "version", "target", "status", "reason")
        typer.echo(json.dumps([{key: getattr(entry, key) for key in keys} for entry in entries], indent=2))
        return
    rows = [("KIND", "NAME", "DISTRIBUTION", "VERSION", "STATUS")]
    rows += [(entry.kind, entry.name, entry.distribution, entry.version, entry.status) for entry in entries]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
