"""Checks that a layer in float64 computes in float64 throughout."""

from __future__ import annotations

from torch import Tensor

from minidl_core.testing.check_case import NotCheckedError
from minidl_core.testing.layers.configured_layer import ConfiguredLayer
from minidl_core.testing.layers.harness import Harness, upstream_of
from minidl_core.testing.numerics.comparison import random_normal
from minidl_core.testing.numerics.precision import require_full_precision


def check_precision(configured: ConfiguredLayer) -> None:
    """Check that no result is computed in a lower precision than float64."""
    if configured.has_surrogate:
        raise NotCheckedError("it declares surrogate_gradient = True, and may round intentionally")
    require_full_precision(_Line(configured).results, "the output")


class _Line:
    """Passes through a layer at points of a line in the space of inputs, upstream gradients and parameters."""

    def __init__(self, configured: ConfiguredLayer) -> None:
        self.layer = configured.trained()
        self.harness = Harness(self.layer)
        self.x = configured.inputs()
        output = self.harness.forward(self.x.clone())
        if output.dtype != self.x.dtype:
            raise NotCheckedError(f"the output is {output.dtype} for an input of {self.x.dtype}")
        self.upstream = upstream_of(output)
        self.values = {name: parameter.value.clone() for name, parameter in self.layer.named_parameters().items()}

    def results(self, by: float) -> dict[str, Tensor]:
        """Return the output and all gradients at a distance along the line."""
        for number, (name, parameter) in enumerate(self.layer.named_parameters().items()):
            value = self.values[name]
            parameter.value.copy_(value + by * random_normal(*value.shape, seed=20 + number))
        x, upstream = self.x + by * random_normal(*self.x.shape, seed=18), self.upstream
        passes = self.harness.passes(x, upstream + by * random_normal(*upstream.shape, seed=19))
        gradients = {f"the gradient of {name}": gradient for name, gradient in passes.gradients.items()}
        return {"the output": passes.output, "the gradient of the input": passes.grad_input, **gradients}
