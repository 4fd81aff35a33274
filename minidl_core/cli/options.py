"""Command-line options that several commands share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from minidl_core.cli.completion import spec_completer

Config = Annotated[str | None, typer.Argument(metavar="FILE", help="A TOML file with any of the entries below.")]
Layers = Annotated[
    str | None,
    typer.Option(
        metavar="LAYERS",
        help="The network, such as 3*(linear:25,relu),linear:2.",
        show_default="3*(linear:25,relu) and a linear layer that fits the data",
        autocompletion=spec_completer("layer"),
    ),
]
Loss = Annotated[
    str | None,
    typer.Option(
        metavar="LOSS",
        help="The objective that training minimizes.",
        show_default="the dataset's, else cross_entropy for classes and mse for numbers",
        autocompletion=spec_completer("loss"),
    ),
]
Optimizer = Annotated[
    str,
    typer.Option(
        metavar="OPTIMIZER",
        help="Updates the parameters; the learning rate is its setting lr.",
        autocompletion=spec_completer("optimizer"),
    ),
]
Data = Annotated[
    str,
    typer.Option(
        metavar="DATA",
        help="The dataset: disk, or a file as table:FILE:target=COLUMN.",
        autocompletion=spec_completer("dataset"),
    ),
]
Metrics = Annotated[
    str | None,
    typer.Option(
        metavar="METRICS",
        help="Scores to compute besides the loss, separated by commas.",
        show_default="accuracy for classes, r2,mae,rmse for numbers",
        autocompletion=spec_completer("metric"),
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
