"""`minidl compare`: the same training by minidl and by PyTorch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

import minidl_core as minidl
from minidl_core.cli import options


def compare(  # noqa: PLR0913, PLR0917 - Typer makes the options of the arguments
    layers: options.Layers = None,
    loss: options.Loss = None,
    optimizer: options.Optimizer = None,
    data: options.Data = None,
    metrics: options.Metrics = None,
    epochs: options.Epochs = None,
    batch_size: options.BatchSize = None,
    seed: options.Seed = None,
    repeats: Annotated[str, typer.Option(metavar="N", help="Pairs of trainings, each with a seed of its own.")] = "10",
    threads: Annotated[str, typer.Option(metavar="N", help="Processor threads of both sides.")] = "1",
    dtype: options.Dtype = None,
    plugin: options.PluginFiles = None,
    figures: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Draw figures into a folder.")] = None,
    file_format: Annotated[str, typer.Option("--format", help="The figures' format: png or svg.")] = "png",
    sweep: Annotated[
        int | None,
        typer.Option(
            metavar="POINTS",
            min=0,
            help="Time steps against sizes, up to so many points: 1000000 with --figures, else 0, which is not at all.",
        ),
    ] = None,
    as_json: options.AsJson = False,  # noqa: FBT002 - Typer's way of a flag
) -> None:
    """Train with minidl and with PyTorch in turn, and compare time and results.

    Without options it is the standard test. Both sides start from the same parameters and see the same batches.
    """
    chosen = {
        "layers": layers,
        "loss": loss,
        "optimizer": optimizer,
        "data": data,
        "metrics": metrics,
        "epochs": epochs,
        "batch_size": batch_size,
        "seed": seed,
        "repeats": repeats,
        "threads": threads,
        "dtype": dtype,
        "plugin": plugin or None,
    }
    config = minidl.RunConfig().updated({name: value for name, value in chosen.items() if value is not None})
    _compare(config, sweep, figures, file_format, as_json=as_json)


def _compare(config: minidl.RunConfig, points: int | None, folder: Path | None, form: str, *, as_json: bool) -> None:
    """Compare, draw figures where they are asked for, and print what came out."""
    from minidl_compare.comparing import compare_with_torch  # noqa: PLC0415 - imports torch
    from minidl_compare.drawing import MOST_POINTS, check_drawing, draw  # noqa: PLC0415 - likewise

    if folder is not None:
        check_drawing(folder, form)
    points = points if points is not None else MOST_POINTS if folder is not None else 0
    result = compare_with_torch(config, most_points=points)
    drawn = [] if folder is None else draw(result, folder, form)
    if as_json:
        typer.echo(json.dumps(result.to_json(), indent=2, allow_nan=False))
        return
    from minidl_compare.table import show  # noqa: PLC0415 - imports rich

    show(result)
    for path in drawn:
        typer.echo(f"Drawn: {path}")
    if folder is not None and result.left_out:
        typer.echo(f"Left out: the points and the misclassified ones: {result.left_out}.")
