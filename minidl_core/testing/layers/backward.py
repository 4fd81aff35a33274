"""What a layer's backward pass leaves behind, and what both passes leave alone."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core.testing.case import ConformanceError
from minidl_core.testing.comparing import require_same
from minidl_core.testing.layers.bench import Bench, upstream_of
from minidl_core.testing.layers.specimen import LayerSpecimen

BEFORE = 3.0
"""What stands in the gradients before a backward pass that is to replace them."""


def check_backward_parameters(specimen: LayerSpecimen) -> None:
    """Check that `backward_parameters` gives the parameters the gradients that `backward` does."""
    bench = Bench(specimen.used())
    expected = bench.passes(specimen.inputs()).gradients
    bench.layer.backward_parameters(upstream_of(bench.forward(specimen.inputs())))
    for name, parameter in bench.layer.named_parameters().items():
        require_same(f"the gradient of {name} by backward_parameters", parameter.grad, expected[name])


def check_replacing(specimen: LayerSpecimen) -> None:
    """Check that `backward` replaces the gradients of the parameters and adds to nothing."""
    bench = Bench(specimen.used())
    expected = bench.passes(specimen.inputs()).gradients
    upstream = upstream_of(bench.forward(specimen.inputs()))
    for parameter in bench.layer.parameters():
        parameter.grad.fill_(BEFORE)
    bench.layer.backward(upstream)
    for name, parameter in bench.layer.named_parameters().items():
        if not _is_untouched(parameter.grad, expected[name]):
            mend = "backward adds to what stands there, or keeps some of it, instead of replacing it"
            require_same(f"the gradient of {name} after another", parameter.grad, expected[name], mend=mend)


def check_leaving_alone(specimen: LayerSpecimen) -> None:
    """Check that neither pass changes its argument or the parameters' values, nor backward what forward gave.

    The output is the input of the next layer, which may still need it for the gradient of its weight.
    """
    bench = Bench(specimen.used())
    values = {name: parameter.value.clone() for name, parameter in bench.layer.named_parameters().items()}
    x = specimen.inputs()
    output = bench.forward(x)
    _require_unchanged("forward", "its input", x, specimen.inputs())
    upstream, given = upstream_of(output), output.clone()
    bench.layer.backward(upstream)
    _require_unchanged("backward", "the output of forward", output, given)
    _require_unchanged("backward", "the gradient it is given", upstream, upstream_of(output))
    _require_unchanged("backward", "the input of forward", x, specimen.inputs())
    for name, parameter in bench.layer.named_parameters().items():
        _require_unchanged("a pass", f"the value of {name}", parameter.value, values[name])


def _is_untouched(grad: Tensor, expected: Tensor) -> bool:
    """Tell whether a gradient was never written: the comparison with central differences is for that."""
    return bool((grad == BEFORE).all()) and bool((expected == 0).all())


def _require_unchanged(who: str, what: str, now: Tensor, before: Tensor) -> None:
    if not torch.equal(now, before):
        raise ConformanceError(f"{who} changes {what} in place: compute into a new tensor, or into output_memory")
