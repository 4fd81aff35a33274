"""`minidl compare`: the same training by minidl and by PyTorch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

import minidl_core as minidl
from minidl_core.cli.completion import completer
from minidl_core.cli.options import PluginFiles


def compare(  # noqa: PLR0913, PLR0917 - Typer makes the options of the arguments
    layers: Annotated[
        str | None,
        typer.Option(help="The network: 3*(linear:25,relu),linear:2", autocompletion=completer("layer")),
    ] = None,
    loss: Annotated[
        str | None, typer.Option(help="cross_entropy or mse, as suits the data", autocompletion=completer("loss"))
    ] = None,
    optimizer: Annotated[str | None, typer.Option(help="sgd:lr=0.01", autocompletion=completer("optimizer"))] = None,
    data: Annotated[
        str | None,
        typer.Option(help="disk, or table:PATH:target=COLUMN", autocompletion=completer("dataset")),
    ] = None,
    metrics: Annotated[
        str | None,
        typer.Option(help="accuracy, or r2,mae,rmse, by the task", autocompletion=completer("metric")),
    ] = None,
    epochs: Annotated[str | None, typer.Option(metavar="N", help="Passes over the training data: 20")] = None,
    batch_size: Annotated[str | None, typer.Option(metavar="N", help="Samples a step: 10")] = None,
    seed: Annotated[str | None, typer.Option(metavar="N", help="What all random numbers follow from: 0")] = None,
    repeats: Annotated[str, typer.Option(metavar="N", help="Pairs of trainings, each with a seed of its own.")] = "10",
    threads: Annotated[str, typer.Option(metavar="N", help="Processor threads of both sides.")] = "1",
    dtype: Annotated[str | None, typer.Option(help="float32 or float64: float32")] = None,
    plugin: PluginFiles = None,
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
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else.")] = False,  # noqa: FBT002 - Typer's way of a flag
) -> None:
    """Train with minidl and with PyTorch in turn, and compare time and results.

    Without options it is the standard test. Both sides start from the same parameters and see the same batches.
    """
    options = {
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
    config = minidl.RunConfig().updated({name: value for name, value in options.items() if value is not None})
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
