"""Networks built for data, and checks that they fit it."""

from __future__ import annotations

import torch

from minidl_core.assembly.error_location import error_location, locating_errors
from minidl_core.errors import InputError, ShapeError
from minidl_core.interfaces.dataset import Data
from minidl_core.interfaces.sequential import Sequential
from minidl_core.seeds import generator
from minidl_core.shapes import describe_shape

DTYPES = {"float32": torch.float32, "float64": torch.float64}


def build_for(model: Sequential, data: Data, seed: int, dtype: torch.dtype, device: torch.device) -> None:
    """Build a network for data, initialize its parameters from a seed, and move it to a device.

    The parameters are drawn on the CPU, so that a seed gives the same network on every device.

    Raises:
        ShapeError: two layers do not fit together, or the output does not fit the targets.
        InputError: a layer is probably too large.
        PluginError: a layer failed for another reason.
    """
    with locating_errors(model):
        try:
            model.prepare(generator(seed), dtype).build(data.input_shape)
        except (RuntimeError, TypeError, OverflowError) as error:
            reason = str(error).partition("\n")[0]
            where = error_location(error, [model]) or "the network cannot be built"
            raise InputError(f"{where}, is it too large? ({reason})") from error
    check_output(model, data)
    model.to(device)


def check_input(model: Sequential, data: Data, dtype: torch.dtype) -> None:
    """Check that the inputs fit a network that is already built.

    Raises:
        ShapeError: it was built for samples of another shape.
        InputError: it was built with parameters of another type.
    """
    if model.in_shape != data.input_shape:
        raise ShapeError(
            f"{describe_shape(model.in_shape or ())}",
            "pass fresh=True to build a new network for these data, or pass one that is not built",
        ).located("the network", f"the data has {describe_shape(data.input_shape)}")
    if model.dtype != dtype:
        built = next(name for name, known in DTYPES.items() if known == model.dtype)
        raise InputError(f"the network was built with {built}, but training uses another type: write dtype={built}")


def check_output(model: Sequential, data: Data) -> None:
    """Check that the output of a built network has the shape of the targets.

    Raises:
        ShapeError: it does not.
    """
    if model.out_shape == data.target_shape:
        return
    last = f"{model[-1].label()} at position {len(model)}" if len(model) else "the empty chain"
    names = f" ({', '.join(data.target_names)})" if 0 < len(data.target_names) <= 10 else ""  # noqa: PLR2004 - a line
    raise ShapeError(
        f"an output of {describe_shape(data.target_shape)}, one for each target{names}",
        f"end the layers with linear:{data.target_shape[0]}",
    ).located("the data", f"{last} gives {describe_shape(model.out_shape or ())}")
