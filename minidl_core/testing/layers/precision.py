"""Whether a layer of float64 computes in float64 throughout."""

from __future__ import annotations

from torch import Tensor

from minidl_core.testing.case import NotCheckedError
from minidl_core.testing.comparing import drawn
from minidl_core.testing.layers.bench import Bench, upstream_of
from minidl_core.testing.layers.specimen import LayerSpecimen
from minidl_core.testing.precision import require_exact


def check_precision(specimen: LayerSpecimen) -> None:
    """Check that no result is rounded to fewer digits than float64 has."""
    if specimen.has_surrogate:
        raise NotCheckedError("it declares surrogate_gradient = True, and may round on purpose")
    require_exact(_Line(specimen).results, "the output")


class _Line:
    """Passes through a layer at points of a line through inputs, upstream gradients and parameters."""

    def __init__(self, specimen: LayerSpecimen) -> None:
        self.layer = specimen.used()
        self.bench = Bench(self.layer)
        self.x = specimen.inputs()
        output = self.bench.forward(self.x.clone())
        if output.dtype != self.x.dtype:
            raise NotCheckedError(f"the output is {output.dtype} for an input of {self.x.dtype}")
        self.upstream = upstream_of(output)
        self.values = {name: parameter.value.clone() for name, parameter in self.layer.named_parameters().items()}

    def results(self, by: float) -> dict[str, Tensor]:
        """Return the output and all gradients, with everything moved by a distance."""
        for number, (name, parameter) in enumerate(self.layer.named_parameters().items()):
            value = self.values[name]
            parameter.value.copy_(value + by * drawn(*value.shape, seed=20 + number))
        x, upstream = self.x + by * drawn(*self.x.shape, seed=18), self.upstream
        passes = self.bench.passes(x, upstream + by * drawn(*upstream.shape, seed=19))
        gradients = {f"the gradient of {name}": gradient for name, gradient in passes.gradients.items()}
        return {"the output": passes.output, "the gradient of the input": passes.grad_input, **gradients}
