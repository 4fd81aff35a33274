"""`minidl compare`: trains the same network with minidl and with PyTorch, and compares both."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

import minidl_core as minidl
from minidl_compare.config import CompareConfig
from minidl_core.cli import options

if TYPE_CHECKING:
    from minidl_compare.comparison_result import Comparison


DEFAULT = CompareConfig()


def compare(  # noqa: PLR0913, PLR0917 - Typer makes an option of each argument
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
    repeats: Annotated[str, typer.Option(metavar="N", help="Pairs of trainings, each with its own seed.")] = str(
        DEFAULT.repeats
    ),
    threads: Annotated[str, typer.Option(metavar="N", help="Processor threads of both sides.")] = str(DEFAULT.threads),
    dtype: options.Dtype = DEFAULT.dtype,
    engine: options.Engine = DEFAULT.engine,
    plugin: options.PluginFiles = None,
    figures: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Draw figures to a folder.")] = None,
    file_format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="The figures' format: png or svg.")
    ] = "png",
    sweep: Annotated[
        int | None,
        typer.Option(
            metavar="POINTS",
            min=0,
            help="Time steps against sizes, up to this many points; 0 times none.",
            show_default="1000000 with --figures, else 0",
        ),
    ] = None,
    as_json: options.AsJson = False,  # noqa: FBT002 - how Typer declares a flag
) -> None:
    """Train with minidl and with PyTorch in turn, and compare times and results.

    Without options, this runs the standard test. Both sides start from the same parameters and see the same batches.

    Example: minidl compare --layers linear:8,tanh,linear:2 --epochs 2 --repeats 2
    """
    start = DEFAULT if config is None else CompareConfig.load(config)
    checked = start.updated(options.explicit_options(context, CompareConfig.__dataclass_fields__))
    if figures is None and options.explicit_options(context, ["file_format"]):
        raise minidl.InputError("--format needs figures, but none are drawn: add --figures FOLDER, or drop --format")
    _compare(checked, sweep, figures, file_format, as_json=as_json)


def _compare(config: CompareConfig, points: int | None, folder: Path | None, form: str, *, as_json: bool) -> None:
    """Compare, print the result and draw the figures asked for; after Ctrl-C, with what was measured before it."""
    from minidl_compare.figures.drawing import MOST_POINTS, check_drawing  # noqa: PLC0415 - looks for matplotlib

    if folder is not None:
        check_drawing(folder, form)
    points = points if points is not None else MOST_POINTS if folder is not None else 0
    result, failure = _reached(config, points, progress=not as_json)
    _print(result, as_json=as_json)
    if folder is not None:
        _draw(result, folder, form, as_json=as_json)
    if failure is not None:
        raise failure
    if result.interrupted:
        typer.echo("Interrupted: the results so far are above.", err=True)
        raise typer.Exit(minidl.TrainingInterrupted.exit_status)


def _reached(config: CompareConfig, points: int, *, progress: bool) -> tuple[Comparison, minidl.MinidlError | None]:
    """Return the comparison, complete or not, and the error that ended it early, if it was not Ctrl-C."""
    from minidl_compare.run_comparison import compare_with_torch  # noqa: PLC0415 - imports torch

    try:
        with redirect_stdout(sys.stderr):  # what parts print must not mix with the command's output
            return compare_with_torch(config, most_points=points, progress=progress), None
    except minidl.MinidlError as stop:
        if stop.result is None:
            raise
        failure = None if isinstance(stop, minidl.TrainingInterrupted) else stop
        return cast("Comparison", stop.result), failure
    except KeyboardInterrupt:
        typer.echo("Interrupted before the first pair of trainings had ended: there is nothing to show.", err=True)
        raise typer.Exit(minidl.TrainingInterrupted.exit_status) from None


def _print(result: Comparison, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(result.to_json(), indent=2, allow_nan=False))
        return
    from minidl_compare.table import show  # noqa: PLC0415 - imports rich

    show(result)


def _draw(result: Comparison, folder: Path, form: str, *, as_json: bool) -> None:
    """Draw the figures, and print their paths unless the output is JSON."""
    from minidl_compare.figures.drawing import draw  # noqa: PLC0415 - imports matplotlib

    drawn = draw(result, folder, form)
    if as_json:
        return
    for path in drawn:
        typer.echo(f"Drawn: {path}")
    if result.left_out:
        typer.echo(f"Not drawn: the points and the misclassified points, because {result.left_out}.")
