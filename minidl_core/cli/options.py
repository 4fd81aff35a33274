"""Options that several commands share; those that were not given keep what a file or the configuration says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from minidl_core.cli.completion import completer

Config = Annotated[str | None, typer.Argument(metavar="FILE", help="A TOML file with any of the entries below.")]
Layers = Annotated[
    str | None,
    typer.Option(
        metavar="LAYERS",
        help="The network, such as 3*(linear:25,relu),linear:2.",
        show_default="3*(linear:25,relu) and a linear that fits the data",
        autocompletion=completer("layer"),
    ),
]
Loss = Annotated[
    str | None,
    typer.Option(
        metavar="LOSS",
        help="The objective that training minimizes.",
        show_default="the data's, else cross_entropy for classes and mse for numbers",
        autocompletion=completer("loss"),
    ),
]
Optimizer = Annotated[
    str,
    typer.Option(
        metavar="OPTIMIZER",
        help="Updates the parameters; the learning rate is its setting lr.",
        autocompletion=completer("optimizer"),
    ),
]
Data = Annotated[
    str,
    typer.Option(
        metavar="DATA",
        help="Where samples come from: disk, or a file as table:FILE:target=COLUMN.",
        autocompletion=completer("dataset"),
    ),
]
Metrics = Annotated[
    str | None,
    typer.Option(
        metavar="METRICS",
        help="Scores beside the loss, between commas.",
        show_default="accuracy for classes, r2,mae,rmse for numbers",
        autocompletion=completer("metric"),
    ),
]
Epochs = Annotated[str, typer.Option(metavar="N", help="Passes over the training data.")]
BatchSize = Annotated[str, typer.Option(metavar="N", help="Samples a step.")]
Seed = Annotated[str, typer.Option(metavar="N", help="The source of all random numbers.")]
Repeats = Annotated[str, typer.Option(metavar="N", help="Trainings, each with a seed of its own.")]
Threads = Annotated[
    str | None,
    typer.Option(metavar="N", help="Processor threads.", show_default="1 for small networks, else PyTorch's choice"),
]
Dtype = Annotated[str, typer.Option(metavar="TYPE", help="The type of numbers: float32 or float64.")]
Device = Annotated[str, typer.Option(metavar="DEVICE", help="Where to compute: cpu, cuda, cuda:1 and so on.")]
PluginFiles = Annotated[
    list[str] | None,
    typer.Option("--plugin", metavar="FILE", help="A Python file with parts of your own; may be repeated."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else.")]


def given(context: typer.Context, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those values that were written on the command line, not taken from defaults.

    Args:
        context: of the command.
        values: its parameters by name.
    """
    sources = {name: context.get_parameter_source(name) for name in values}
    return {name: value for name, value in values.items() if (source := sources[name]) and source.name != "DEFAULT"}
