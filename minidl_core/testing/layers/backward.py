"""What a layer's backward pass leaves behind, and what both passes leave alone."""

from __future__ import annotations

from torch import Tensor

from minidl_core.testing.check_case import ConformanceError, NotCheckedError
from minidl_core.testing.layers.configured_layer import ConfiguredLayer
from minidl_core.testing.layers.harness import Harness, Passes, require_same_passes, upstream_of
from minidl_core.testing.numerics.comparison import identical, require_same

FACTORS = (2.0**-40, 2.0**20)
"""By these, the gradient that backward is given is scaled: powers of 2, which make no rounding of their own."""

BEFORE = 3.0
"""What stands in the gradients before a backward pass that is to replace them."""


def check_backward_parameters(configured: ConfiguredLayer) -> None:
    """Check that `backward_parameters` gives the parameters the gradients that `backward` does."""
    harness = Harness(configured.trained())
    expected = harness.passes(configured.inputs()).gradients
    harness.layer.backward_parameters(upstream_of(harness.forward(configured.inputs())))
    for name, parameter in harness.layer.named_parameters().items():
        require_same(f"the gradient of {name} by backward_parameters", parameter.grad, expected[name])


def check_gradient_replacement(configured: ConfiguredLayer) -> None:
    """Check that `backward` replaces the gradients of the parameters and adds to nothing."""
    harness = Harness(configured.trained())
    expected = harness.passes(configured.inputs()).gradients
    upstream = upstream_of(harness.forward(configured.inputs()))
    for parameter in harness.layer.parameters():
        parameter.grad.fill_(BEFORE)
    harness.layer.backward(upstream)
    for name, parameter in harness.layer.named_parameters().items():
        if not _is_untouched(parameter.grad, expected[name]):
            hint = "backward adds to what stands there, or keeps some of it, instead of replacing it"
            require_same(f"the gradient of {name} after another", parameter.grad, expected[name], hint=hint)


def check_linear(configured: ConfiguredLayer) -> None:
    """Check that the gradients of a multiple of the loss are that multiple."""
    if configured.has_surrogate:
        raise NotCheckedError("it declares surrogate_gradient = True, and need not be linear")
    harness = Harness(configured.trained())
    upstream = upstream_of(harness.forward(configured.inputs()))
    expected = harness.passes(configured.inputs(), upstream)
    for factor in FACTORS:
        found = harness.passes(configured.inputs(), factor * upstream)
        _require_multiplied(found, expected)
        gradients = {name: gradient / factor for name, gradient in found.gradients.items()}
        hint = "backward must only multiply and add, and not cut off, round or normalize what it is given"
        scaled = Passes(expected.output, found.grad_input / factor, gradients)
        require_same_passes(f"for {factor:.3g} times the gradient, divided by that,", scaled, expected, hint=hint)


def check_deferred_gradients(configured: ConfiguredLayer) -> None:
    """Check that gradients that are described, to be computed when asked for, are those that are computed at once."""
    harness = Harness(configured.trained())
    x = configured.inputs()
    expected = harness.passes(x)
    output = harness.forward(x)
    for parameter in harness.layer.parameters():
        parameter.defers = True
    harness.layer.backward(upstream_of(output))
    for name, parameter in harness.layer.named_parameters().items():
        hint = (
            "set_grad_product and set_grad_sum are given tensors that change before the optimizer's step: give them "
            "grad_output, the input or the output, or a tensor made in this backward and not written to again"
        )
        require_same(
            f"the gradient of {name}, where it is computed late,", parameter.grad, expected.gradients[name], hint=hint
        )


def check_arguments_unchanged(configured: ConfiguredLayer) -> None:
    """Check that neither pass changes its argument or the parameters' values, nor backward what forward gave.

    The output is the input of the next layer, which may still need it for the gradient of its weight.
    """
    harness = Harness(configured.trained())
    values = {name: parameter.value.clone() for name, parameter in harness.layer.named_parameters().items()}
    x = configured.inputs()
    output = harness.forward(x)
    _require_unchanged("forward", "its input", x, configured.inputs())
    upstream, given = upstream_of(output), output.clone()
    harness.layer.backward(upstream)
    _require_unchanged("backward", "the output of forward", output, given)
    _require_unchanged("backward", "the gradient it is given", upstream, upstream_of(output))
    _require_unchanged("backward", "the input of forward", x, configured.inputs())
    for name, parameter in harness.layer.named_parameters().items():
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
