"""`minidl new`: create a new plugin."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from minidl_core.cli.completion import complete_kind
from minidl_core.registry import KINDS


def new(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help=f"The kind of part: {', '.join(KINDS)}.", autocompletion=complete_kind)
    ],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the part, such as swish.")],
    folder: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="The folder to create it in.", show_default="the working directory"),
    ] = None,
    distribution: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The name of the distribution and its folder.", show_default="minidl-NAME"),
    ] = None,
    author: Annotated[str | None, typer.Option(metavar="TEXT", help="The copyright holder.")] = None,
) -> None:
    """Create a new plugin in its own folder: source, tests, README and packaging files.

    The plugin installs, passes its tests and runs by name at once; TODO marks the places to edit.

    Example: minidl new layer swish
    """
    from minidl_core.scaffolding import create  # noqa: PLC0415 - needed only when called

    made = create(kind, name, folder, distribution=distribution, author=author)
    typer.echo(f"Created {made.folder}:")
    for file in made.files:
        typer.echo(f"  {file}")
    typer.echo("Next:")
    for command in made.next_commands:
        typer.echo(f"  {command}")
