"""`minidl new`: a plugin of one's own, started."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from minidl_core.cli.completion import complete_kind
from minidl_core.registry import KINDS


def new(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help=f"What it brings: {', '.join(KINDS)}.", autocompletion=complete_kind)
    ],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the part, such as swish.")],
    folder: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="The folder to make it in.", show_default="the working directory"),
    ] = None,
    distribution: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The name of distribution and folder.", show_default="minidl-NAME"),
    ] = None,
    author: Annotated[str | None, typer.Option(metavar="TEXT", help="Who holds the copyright.")] = None,
) -> None:
    """Start a plugin of your own in a new folder: source, tests, README and all that installing needs.

    It installs, passes its tests and runs by its name as it is made; the places to fill in are marked TODO.

    Example: minidl new layer swish
    """
    from minidl_core.scaffolding import create  # noqa: PLC0415 - only when called

    made = create(kind, name, folder, distribution=distribution, author=author)
    typer.echo(f"Made {made.folder}:")
    for file in made.files:
        typer.echo(f"  {file}")
    typer.echo("Next:")
    for command in made.next_commands:
        typer.echo(f"  {command}")
