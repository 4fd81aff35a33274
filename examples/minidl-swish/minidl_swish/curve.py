"""The command `minidl curve`: prints the values and slopes of a layer as a table."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import minidl
import typer


class Point(NamedTuple):
    """A point of a curve and the slope there."""

    x: float
    y: float
    slope: float


def curve(
    layers: Annotated[str, typer.Argument(help="The layer or layers, such as swish:beta=2.")],
    low: Annotated[float, typer.Option("--from", help="The first x.")] = -4,
    high: Annotated[float, typer.Option("--to", help="The last x.")] = 4,
    points: Annotated[int, typer.Option(help="The number of points.", min=1)] = 9,
) -> None:
    """Print the values and slopes of a layer with one input and one output."""
    row = "{:>10} {:>10} {:>10}"
    typer.echo(row.format("x", "y", "dy/dx"))
    for point in tabulate(layers, low, high, points):
        typer.echo(row.format(*(f"{number:.4f}" for number in point)))


def tabulate(layers: str, low: float, high: float, points: int) -> list[Point]:
    """Return evenly spaced points, from `low` to `high`, of the curve of a layer or a chain of layers.

    Parameters are initialized with seed 0.

    Raises:
        InputError: the layers do not exist, or do not have one input and one output.
    """
    import torch

    chain = minidl.sequential(layers).prepare(minidl.generator(0), torch.float64)
    out_shape = chain.build(1)
    if out_shape != (1,):
        raise minidl.ShapeError(f"layers with one output, but {layers} has outputs of shape {out_shape}")
    chain.eval()
    x = torch.linspace(low, high, points, dtype=torch.float64).unsqueeze(-1)
    y = chain.forward(x)
    slope = chain.backward(torch.ones_like(y))
    return [Point(*row) for row in torch.cat([x, y, slope], dim=-1).tolist()]
