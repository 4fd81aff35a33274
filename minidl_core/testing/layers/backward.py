"""What a layer's backward pass leaves behind, and what both passes leave alone."""

from __future__ import annotations

from torch import Tensor

from minidl_core.testing.case import ConformanceError, NotCheckedError
from minidl_core.testing.comparing import identical, require_same
from minidl_core.testing.layers.bench import Bench, Passes, require_same_passes, upstream_of
from minidl_core.testing.layers.specimen import LayerSpecimen

FACTORS = (2.0**-40, 2.0**20)
"""By these, the gradient that backward is given is scaled: powers of 2, which make no rounding of their own."""

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


def check_linear(specimen: LayerSpecimen) -> None:
    """Check that the gradients of a multiple of the loss are that multiple."""
    if specimen.has_surrogate:
        raise NotCheckedError("it declares surrogate_gradient = True, and need not be linear")
    bench = Bench(specimen.used())
    upstream = upstream_of(bench.forward(specimen.inputs()))
    expected = bench.passes(specimen.inputs(), upstream)
    for factor in FACTORS:
        found = bench.passes(specimen.inputs(), factor * upstream)
        _require_multiplied(found, expected)
        gradients = {name: gradient / factor for name, gradient in found.gradients.items()}
        hint = "backward must only multiply and add, and not cut off, round or normalize what it is given"
        scaled = Passes(expected.output, found.grad_input / factor, gradients)
        require_same_passes(f"for {factor:.3g} times the gradient, divided by that,", scaled, expected, mend=hint)


def check_described(specimen: LayerSpecimen) -> None:
    """Check that gradients that are described, to be computed when asked for, are those that are computed at once."""
    bench = Bench(specimen.used())
    x = specimen.inputs()
    expected = bench.passes(x)
    output = bench.forward(x)
    for parameter in bench.layer.parameters():
        parameter.defers = True
    bench.layer.backward(upstream_of(output))
    for name, parameter in bench.layer.named_parameters().items():
        hint = (
            "set_grad_product and set_grad_sum are given tensors that change before the optimizer's step: give them "
            "grad_output, the input or the output, or a tensor made in this backward and not written to again"
        )
        require_same(
            f"the gradient of {name}, where it is computed late,", parameter.grad, expected.gradients[name], mend=hint
        )


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


def _require_multiplied(found: Passes, expected: Passes) -> None:
    """Check that gradients for different upstream gradients are different, where they are numbers other than 0."""
    for name, before in {"the input": expected.grad_input, **expected.gradients}.items():
        now = found.grad_input if name == "the input" else found.gradients[name]
        if identical(now, before) and bool((before[before.isfinite()] != 0).any()):
            raise ConformanceError(
                f"the gradient of {name} is the same whatever gradient backward is given",
                "backward leaves out the factor grad_output (the chain rule)",
            )


def _is_untouched(grad: Tensor, expected: Tensor) -> bool:
    """Return whether a gradient was never written: the comparison with central differences is for that."""
    return bool((grad == BEFORE).all()) and bool((expected == 0).all())


def _require_unchanged(who: str, what: str, now: Tensor, before: Tensor) -> None:
    if not identical(now, before):
        raise ConformanceError(f"{who} changes {what} in place: compute into a new tensor, or into output_memory")
