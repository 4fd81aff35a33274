"""List installed plugins with their parts, location and status.

Example: minidl plugins
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated

import typer

from minidl_core import default_registry
from minidl_core.cli.options import AsJson
from minidl_core.registry import KINDS, PluginDistribution

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def plugins(
    context: typer.Context,
    as_json: AsJson = False,  # noqa: FBT002 - how Typer declares a flag
    requirements: Annotated[  # noqa: FBT002 - likewise
        bool, typer.Option("--requirements", help="Print a requirements file that reinstalls them.")
    ] = False,
) -> None:
    """List installed plugins with their parts, location and status.

    Example: minidl plugins --requirements
    """
    if context.invoked_subcommand is not None:
        return
    found = default_registry().distributions()
    if requirements:
        typer.echo("\n".join(distribution.requirement for distribution in found))
    else:
        _show(found, as_json=as_json)


@app.command()
def doctor(as_json: AsJson = False) -> None:  # noqa: FBT002 - how Typer declares a flag
    """Import all plugins in a separate process and list problems; the exit status is 1 if there are any.

    Example: minidl plugins doctor
    """
    from minidl_core.doctor import examine  # noqa: PLC0415 - imports pluggy, which listing does not need

    examined = examine(default_registry().distributions())
    _show(examined, as_json=as_json)
    if default_registry().problems() or any(distribution.status == "broken" for distribution in examined):
        raise typer.Exit(1)


def _show(found: list[PluginDistribution], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([distribution.to_json() for distribution in found], indent=2, sort_keys=True))
        return
    for distribution in found:
        typer.echo("\n".join(_lines(distribution)))


def _lines(distribution: PluginDistribution) -> Iterator[str]:
    """Yield the lines about a distribution."""
    yield f"{distribution.origin}  {distribution.status}"
    yield f"  in {distribution.to_json()['editable'] or distribution.location}"
    for kind in KINDS.values():
        if names := [entry.name for entry in distribution.entries if entry.kind == kind.name]:
            yield f"  {kind.plural:<11}{', '.join(names)}"
    if distribution.problem:
        yield f"  {distribution.problem}; {distribution.hint}"
    yield from (f"  {note}" for note in distribution.notes)
    for entry in distribution.entries:
        if entry.status != "ok":
            yield f"  {entry.kind} {entry.name} is {entry.status}: {entry.reason}"
