"""Checks what a layer's backward pass writes, and that neither pass modifies its arguments."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core.testing.check_case import ConformanceError, NotCheckedError
from minidl_core.testing.layers.configured_layer import ConfiguredLayer
from minidl_core.testing.layers.harness import Harness, Passes, require_same_passes, upstream_of
from minidl_core.testing.numerics.comparison import identical, require_same

FACTORS = (2.0**-40, 2.0**20)
"""The factors that scale grad_output: powers of 2, which add no rounding."""

BEFORE = 3.0
"""The value of the gradients before a backward pass that must replace them."""


def check_gradient_replacement(configured: ConfiguredLayer) -> None:
    """Check that `backward` replaces the gradients of the parameters instead of adding to them."""
    harness = Harness(configured.trained())
    expected = harness.passes(configured.inputs()).gradients
    upstream = upstream_of(harness.forward(configured.inputs()))
    for parameter in harness.layer.parameters():
        parameter.grad = torch.full_like(parameter.value, BEFORE)
    harness.layer.backward(upstream)
    for name, parameter in harness.layer.named_parameters().items():
        if not _is_untouched(parameter.grad, expected[name]):
            hint = "backward adds to the previous gradient or keeps part of it, but must replace it"
            require_same(f"the gradient of {name} in a second backward pass", parameter.grad, expected[name], hint=hint)


def check_gradient_kept(configured: ConfiguredLayer) -> None:
    """Check that gradients given to parameters are not changed by a forward pass before the optimizer reads them.

    A parameter keeps the tensor that it is given, and an evaluation may come before the gradients are read.
    """
    harness = Harness(configured.trained())
    expected = harness.passes(configured.inputs()).gradients
    for mode in (harness.layer.eval, harness.layer.train):
        mode()
        harness.layer.forward(configured.inputs(seed=3))
        for name, parameter in harness.layer.named_parameters().items():
            hint = "it lies in memory that the layer writes to again: give the parameter a new tensor"
            what = f"the gradient of {name}, read after another forward pass,"
            require_same(what, parameter.grad, expected[name], 0, hint)


def check_linear(configured: ConfiguredLayer) -> None:
    """Check that scaling grad_output scales all gradients."""
    if configured.has_surrogate:
        raise NotCheckedError("it declares surrogate_gradient = True, and may be nonlinear")
    harness = Harness(configured.trained())
    upstream = upstream_of(harness.forward(configured.inputs()))
    expected = harness.passes(configured.inputs(), upstream)
    for factor in FACTORS:
        found = harness.passes(configured.inputs(), factor * upstream)
        _require_dependence(found, expected)
        gradients = {name: gradient / factor for name, gradient in found.gradients.items()}
        hint = "backward must be linear in grad_output, and must not clip, round or normalize it"
        scaled = Passes(expected.output, found.grad_input / factor, gradients)
        require_same_passes(f"for grad_output times {factor:.3g}, divided by that factor,", scaled, expected, hint=hint)


def check_arguments_unchanged(configured: ConfiguredLayer) -> None:
    """Check that neither pass modifies its argument or the parameter values, nor backward the output of forward.

    The output is the input of the next layer, which may need it for the gradient of its weight.
    """
    harness = Harness(configured.trained())
    values = {name: parameter.value.clone() for name, parameter in harness.layer.named_parameters().items()}
    x = configured.inputs()
    output = harness.forward(x)
    _require_unchanged("forward", "its input", x, configured.inputs())
    upstream, given = upstream_of(output), output.clone()
    harness.layer.backward(upstream)
    _require_unchanged("backward", "the output of forward", output, given)
    _require_unchanged("backward", "grad_output", upstream, upstream_of(output))
    _require_unchanged("backward", "the input of forward", x, configured.inputs())
    for name, parameter in harness.layer.named_parameters().items():
        _require_unchanged("a pass", f"the value of {name}", parameter.value, values[name])


def _require_dependence(found: Passes, expected: Passes) -> None:
    """Check that nonzero gradients change with grad_output."""
    for name, before in {"the input": expected.grad_input, **expected.gradients}.items():
        now = found.grad_input if name == "the input" else found.gradients[name]
        if identical(now, before) and bool((before[before.isfinite()] != 0).any()):
            raise ConformanceError(
                f"the gradient of {name} does not depend on grad_output",
                "backward leaves out the factor grad_output (the chain rule)",
            )


def _is_untouched(grad: Tensor, expected: Tensor) -> bool:
    """Return whether a gradient that should be 0 was not written: the gradient check reports that."""
    return bool((grad == BEFORE).all()) and bool((expected == 0).all())


def _require_unchanged(who: str, what: str, now: Tensor, before: Tensor) -> None:
    if not identical(now, before):
        raise ConformanceError(f"{who} modifies {what} in place: compute into a new tensor")
