"""`minidl explain`: show how a training step is taken."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from typing import Annotated

import typer

import minidl_core as minidl
from minidl_core.cli import options

DEFAULT = minidl.RunConfig()

Native = Annotated[bool, typer.Option("--native", help="Show the operations that the engine native compiles.")]


def explain(  # noqa: PLR0913, PLR0917 - Typer makes an option of each argument
    context: typer.Context,
    config: options.Config = None,
    layers: options.Layers = DEFAULT.layers,
    loss: options.Loss = DEFAULT.loss,
    optimizer: options.Optimizer = DEFAULT.optimizer,
    data: options.Data = DEFAULT.data,
    batch_size: options.BatchSize = str(DEFAULT.batch_size),
    seed: options.Seed = str(DEFAULT.seed),
    dtype: options.Dtype = DEFAULT.dtype,
    native: Native = False,  # noqa: FBT002 - how Typer declares a flag
    plugin: options.PluginFiles = None,
    as_json: options.AsJson = False,  # noqa: FBT002 - how Typer declares a flag
) -> None:
    """Show how a step of a training is taken: each part with its shapes and formulas, forward, backward and update.

    With --native, show the operations that are compiled instead, or which part and line prevents compiling. The data
    are loaded, but nothing is trained.

    Example: minidl explain --layers linear:25,tanh,linear:2 --native
    """
    start = DEFAULT if config is None else minidl.RunConfig.load(config)
    checked = start.updated(options.explicit_options(context, minidl.RunConfig.__dataclass_fields__))
    with redirect_stdout(sys.stderr):  # keep the output of parts apart from the command's
        found = minidl.explain(checked, engine="native" if native else "python")
    if as_json:
        lines = found.text.splitlines()
        typer.echo(json.dumps({"engine": found.engine, "notice": found.notice, "lines": lines}, indent=2))
    else:
        typer.echo((f"Note: {found.notice}\n\n" if found.notice else "") + found.text, nl=False)
