"""`minidl run`: train a network."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from typing import Annotated, cast

import typer

import minidl_core as minidl
from minidl_core.cli import options

DEFAULT = minidl.RunConfig()


def run(  # noqa: PLR0913, PLR0917 - Typer makes an option of each argument
    context: typer.Context,
    config: options.Config = None,
    layers: options.Layers = DEFAULT.layers,
    loss: options.Loss = DEFAULT.loss,
    optimizer: options.Optimizer = DEFAULT.optimizer,
    data: options.Data = DEFAULT.data,
    metrics: options.Metrics = DEFAULT.metrics,
    epochs: options.Epochs = str(DEFAULT.epochs),
    batch_size: options.BatchSize = str(DEFAULT.batch_size),
    seed: options.Seed = str(DEFAULT.seed),
    repeats: options.Repeats = str(DEFAULT.repeats),
    threads: options.Threads = None,
    dtype: options.Dtype = DEFAULT.dtype,
    device: options.Device = DEFAULT.device,
    engine: options.Engine = DEFAULT.engine,
    save: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="Save the trained network to a file, such as model.safetensors."),
    ] = None,
    plugin: options.PluginFiles = None,
    as_json: options.AsJson = False,  # noqa: FBT002 - how Typer declares a flag
) -> None:
    """Train a network on your own data or on the standard test.

    Without options, this runs the standard test. Options override the file, and the file overrides the defaults.

    Example: minidl run --layers linear:25,tanh,linear:2 --optimizer sgd:lr=0.05 --epochs 5
    """
    start = DEFAULT if config is None else minidl.RunConfig.load(config)
    checked = start.updated(options.explicit_options(context, minidl.RunConfig.__dataclass_fields__))
    _train(checked, as_json=as_json)


def _train(config: minidl.RunConfig, *, as_json: bool) -> None:
    """Train and print the result; after Ctrl-C or a failure, the result so far."""
    from rich.console import Console  # noqa: PLC0415 - as the report

    from minidl_commands._run_output import StartReport, show_result  # noqa: PLC0415 - imports torch

    stop: minidl.MinidlError | None = None
    report = StartReport(Console(file=sys.stdout))
    try:
        with redirect_stdout(sys.stderr):  # keep the output of parts apart from the command's
            result = minidl.run(config, hooks=() if as_json else (report,), progress=not as_json)
    except minidl.MinidlError as error:
        if error.result is None:
            raise
        stop, result = error, cast("minidl.RunResult", error.result)
    if as_json:
        typer.echo(json.dumps(result.to_json(), indent=2, allow_nan=False))
    elif stop is None or isinstance(stop, minidl.TrainingInterrupted) or result.summary:
        report.show_new(result.notices)
        show_result(result)
    if stop is not None:
        raise stop
