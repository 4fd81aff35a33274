"""Command-line options that several commands share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from minidl_core.cli.completion import complete_engine, spec_completer


def _spec_option(kind: str, metavar: str, description: str, default: str | bool = True) -> Any:  # noqa: FBT001, FBT002 - as in Typer
    """Return an option for specs of a kind of part, with completion and the text that help shows as the default."""
    return typer.Option(metavar=metavar, help=description, show_default=default, autocompletion=spec_completer(kind))


Config = Annotated[str | None, typer.Argument(metavar="FILE", help="A TOML file with any of the entries below.")]
Layers = Annotated[
    str | None,
    _spec_option(
        "layer",
        "LAYERS",
        "The network, such as 3*(linear:25,relu),linear:2.",
        "3*(linear:25,relu) and a linear layer that fits the data",
    ),
]
Loss = Annotated[
    str | None,
    _spec_option(
        "loss",
        "LOSS",
        "The objective that training minimizes.",
        "the dataset's, else cross_entropy for classes and mse for numbers",
    ),
]
Optimizer = Annotated[
    str, _spec_option("optimizer", "OPTIMIZER", "Updates the parameters; the learning rate is its setting lr.")
]
Data = Annotated[str, _spec_option("dataset", "DATA", "The dataset: disk, or a file as table:FILE:target=COLUMN.")]
Metrics = Annotated[
    str | None,
    _spec_option(
        "metric",
        "METRICS",
        "Scores to compute besides the loss, separated by commas.",
        "accuracy for classes, r2,mae,rmse for numbers",
    ),
]
Epochs = Annotated[str, typer.Option(metavar="N", help="Passes over the training data.")]
BatchSize = Annotated[str, typer.Option(metavar="N", help="Samples per step.")]
Seed = Annotated[str, typer.Option(metavar="N", help="The seed of all random numbers.")]
Repeats = Annotated[str, typer.Option(metavar="N", help="The number of trainings, each with its own seed.")]
Threads = Annotated[
    str | None,
    typer.Option(metavar="N", help="Processor threads.", show_default="1 for small networks, else PyTorch's choice"),
]
Dtype = Annotated[str, typer.Option(metavar="TYPE", help="The type of numbers: float32 or float64.")]
Device = Annotated[str, typer.Option(metavar="DEVICE", help="Where to compute: cpu, cuda, cuda:1 and so on.")]
Engine = Annotated[
    str,
    typer.Option(
        metavar="ENGINE",
        help="Takes the steps of training: python, native or another; auto uses native where it works and pays.",
        autocompletion=complete_engine,
    ),
]
PluginFiles = Annotated[
    list[str] | None,
    typer.Option("--plugin", metavar="FILE", help="A Python file that defines parts; may be repeated."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else.")]


def explicit_options(context: typer.Context, names: Iterable[str]) -> dict[str, Any]:
    """Return the options given on the command line rather than by default, by their names.

    Args:
        context: the command's context.
        names: the parameters to look for, such as the fields of a configuration; those the command lacks are ignored.
    """
    sources = {name: context.get_parameter_source(name) for name in names if name in context.params}
    return {name: context.params[name] for name, source in sources.items() if source and source.name != "DEFAULT"}
