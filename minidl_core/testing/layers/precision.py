"""Whether a layer of float64 computes in float64 throughout."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core.testing.case import ConformanceError, NotCheckedError
from minidl_core.testing.comparing import drawn
from minidl_core.testing.layers.bench import Bench, Passes, upstream_of
from minidl_core.testing.layers.specimen import LayerSpecimen

STEPS = {"float32": (1e-6, 1e-9), "16-bit numbers": (1e-2, 1e-5)}
"""For each coarser type: how far everything is moved, and the least second differences that only its rounding makes."""

SHRINKS = 10
"""Second differences shrink a hundredfold with a tenth of the step, and those of rounding not at all."""

ENOUGH = 8
"""The least numbers that must change for their rounding to be judged."""


def check_precision(specimen: LayerSpecimen) -> None:
    """Check that no result is rounded to fewer digits than float64 has.

    Input, upstream gradient and parameters are moved along a line. The second differences of what a layer computes
    shrink with the square of the step. Rounding stays.
    """
    if specimen.has_surrogate:
        raise NotCheckedError("it declares surrogate_gradient = True, and may round on purpose")
    line = _Line(specimen)
    for dtype, (step, least) in STEPS.items():
        wide, narrow = line.second_differences(step), line.second_differences(step / 10)
        for what, (size, changes) in wide.items():
            rounding, same = narrow[what]
            if min(changes, same) >= ENOUGH and rounding > least and size < SHRINKS * rounding:
                raise ConformanceError(
                    f"{what} of float64 is only as exact as {dtype}: its relative rounding is {rounding:.1g}",
                    f"{'forward' if what == 'the output' else 'backward'} computes in {dtype} inside: look for "
                    ".float(), .half(), .to(…), numpy, or tensors made without dtype=x.dtype",
                )


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

    def second_differences(self, step: float) -> dict[str, tuple[float, int]]:
        """Return, for each result, the median of its relative second differences, and how many numbers change."""
        here, middle, there = (_named(self._passes(count * step)) for count in range(3))
        found = {}
        for what, first in here.items():
            second, third = middle[what], there[what]
            counted = (first != third) & first.isfinite() & third.isfinite()
            relative = ((first - second - (second - third)).abs() / first.abs().clamp(min=1e-300))[counted]
            found[what] = (float(relative.median()) if relative.numel() else 0.0, int(counted.sum()))
        return found

    def _passes(self, by: float) -> Passes:
        for number, (name, parameter) in enumerate(self.layer.named_parameters().items()):
            value = self.values[name]
            parameter.value.copy_(value + by * drawn(*value.shape, seed=20 + number))
        x, upstream = self.x + by * drawn(*self.x.shape, seed=18), self.upstream
        return self.bench.passes(x, upstream + by * drawn(*upstream.shape, seed=19))


def _named(passes: Passes) -> dict[str, Tensor]:
    """Return results by name, but for those of another type, which says itself how exact they are."""
    gradients = {f"the gradient of {name}": gradient for name, gradient in passes.gradients.items()}
    named = {"the output": passes.output, "the gradient of the input": passes.grad_input, **gradients}
    return {name: tensor for name, tensor in named.items() if tensor.dtype == torch.float64}
