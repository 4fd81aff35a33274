"""`minidl new`: a plugin of one's own, started."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from minidl_core.registry import KINDS


def complete_kind(incomplete: str) -> list[str]:
    """Return the kinds that begin so."""
    return [kind for kind in KINDS if kind.startswith(incomplete)]


def new(
    kind: Annotated[str, typer.Argument(help=f"What it brings: {', '.join(KINDS)}.", autocompletion=complete_kind)],
    name: Annotated[str, typer.Argument(help="The name by which it is to be found, such as swish.")],
    folder: Annotated[Path | None, typer.Option(metavar="PATH", help="Where to make it: the working directory")] = None,
    distribution: Annotated[
        str | None, typer.Option(metavar="NAME", help="The name of distribution and folder: minidl-NAME")
    ] = None,
    author: Annotated[str | None, typer.Option(metavar="TEXT", help="Who holds the copyright.")] = None,
) -> None:
    """Make a plugin in a new folder: source, tests, README and all that it takes to install it.

    It installs, passes its tests and runs by its name as it is made; the places to fill in are marked TODO.
    """
    from minidl_core.scaffolding import create  # noqa: PLC0415 - only when called

    made = create(kind, name, folder, distribution=distribution, author=author)
    typer.echo(f"Made {made.folder}:")
    for file in made.files:
        typer.echo(f"  {file}")
    typer.echo("Next:")
    for command in made.next_commands:
        typer.echo(f"  {command}")
