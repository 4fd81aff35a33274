"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from minidl_core.cli.completion import completer

Layers = Annotated[
    str | None, typer.Option(help="The network: 3*(linear:25,relu),linear:2", autocompletion=completer("layer"))
]
Loss = Annotated[
    str | None, typer.Option(help="cross_entropy or mse, as suits the data", autocompletion=completer("loss"))
]
Optimizer = Annotated[str | None, typer.Option(help="sgd:lr=0.01", autocompletion=completer("optimizer"))]
Data = Annotated[
    str | None, typer.Option(help="disk, or table:PATH:target=COLUMN", autocompletion=completer("dataset"))
]
Metrics = Annotated[
    str | None, typer.Option(help="accuracy, or r2,mae,rmse, by the task", autocompletion=completer("metric"))
]
Epochs = Annotated[str | None, typer.Option(metavar="N", help="Passes over the training data: 20")]
BatchSize = Annotated[str | None, typer.Option(metavar="N", help="Samples a step: 10")]
Seed = Annotated[str | None, typer.Option(metavar="N", help="What all random numbers follow from: 0")]
Dtype = Annotated[str | None, typer.Option(help="float32 or float64: float32")]
PluginFiles = Annotated[
    list[str] | None,
    typer.Option("--plugin", metavar="FILE", help="A Python file with parts of your own; may be repeated."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else.")]
