"""Checks the shapes and dtypes of a layer's results."""

from __future__ import annotations

import torch

from minidl_core.errors import MinidlError
from minidl_core.testing.check_case import ConformanceError, NotCheckedError
from minidl_core.testing.layers.configured_layer import ConfiguredLayer
from minidl_core.testing.layers.harness import Harness, Passes, require_same_passes
from minidl_core.testing.numerics.comparison import LOOSE


def check_shapes(configured: ConfiguredLayer, batch: int) -> None:
    """Check that outputs have the shape that `build` returns, and input gradients that of the input."""
    layer = configured.trained()
    announced = configured.make().prepare(layer.generator, torch.float64).build(configured.shape)
    if not isinstance(announced, tuple):
        raise ConformanceError(f"build returned {announced!r}, expected the shape of one output sample, such as (25,)")
    rejection = None
    for mode in (layer.train, layer.eval):
        mode()
        try:
            passes = Harness(layer).passes(configured.inputs(batch))
        except MinidlError as error:
            if batch > 1 or not layer.training:
                raise
            rejection = error
            continue
        if passes.output.shape != (batch, *announced):
            raise ConformanceError(
                f"for {batch} inputs, the output has shape {tuple(passes.output.shape)}, expected "
                f"{(batch, *announced)}: build returned {announced} as the shape of one sample"
            )
    if rejection is not None:
        raise NotCheckedError(f"it rejects a batch of 1 in training, and accepts it in evaluation: {rejection}")


def check_types(configured: ConfiguredLayer) -> None:
    """Check that results have the dtype of the layer, and that float32 and float64 agree."""
    coarse, fine = configured.trained(dtype=torch.float32), configured.trained()
    coarse.load_state(fine.state())
    x = configured.inputs().float()
    if Harness(fine).draws(x.double()):  # with one seed, float32 and float64 draw different numbers
        coarse.eval()
        fine.eval()
    found = {
        dtype: Harness(layer).passes(x.to(dtype, copy=True))
        for layer, dtype in ((coarse, torch.float32), (fine, torch.float64))
    }
    for dtype, passes in found.items():
        _require_dtype(passes, dtype)
    require_same_passes(
        "in float64, compared with float32,",
        _as_float64(found[torch.float64]),
        _as_float64(found[torch.float32]),
        LOOSE,
    )


def _require_dtype(passes: Passes, dtype: torch.dtype) -> None:
    for what, tensor in (
        ("the output", passes.output),
        ("the gradient of the input", passes.grad_input),
        *((f"the gradient of {name}", gradient) for name, gradient in passes.gradients.items()),
    ):
        if tensor.dtype != dtype:
            raise ConformanceError(
                f"{what} is {tensor.dtype}, expected {dtype} like parameters and input: create tensors with "
                "dtype=self.dtype, or from the input, as x.new_zeros does"
            )


def _as_float64(passes: Passes) -> Passes:
    gradients = {name: gradient.double() for name, gradient in passes.gradients.items()}
    return Passes(passes.output.double(), passes.grad_input.double(), gradients)
