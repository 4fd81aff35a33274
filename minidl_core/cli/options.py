"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

PluginFiles = Annotated[
    list[str] | None,
    typer.Option("--plugin", metavar="FILE", help="A Python file with parts of your own; may be repeated."),
]
