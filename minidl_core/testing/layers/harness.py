"""Forward and backward passes through a layer that all start from the same state."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Generator, Tensor

from minidl_core.interfaces.module import Module
from minidl_core.testing.numerics.comparison import ROUNDING, random_normal, require_same, require_tensor


class Passes(NamedTuple):
    """The results of a forward and a backward pass."""

    output: Tensor
    grad_input: Tensor
    gradients: dict[str, Tensor]


class Harness:
    """Runs passes through a layer, each from the same random state and buffers, and with gradients of zero.

    Args:
        layer: a built layer.
    """

    def __init__(self, layer: Module) -> None:
        self.layer = layer
        self.generator = layer.generator or Generator()
        self.initial_random_state = self.generator.get_state()
        self.held = list(layer.named_buffers().values())
        self.parameters = layer.parameters()
        self.buffers = {name: buffer.value.clone() for name, buffer in layer.named_buffers().items()}

    def rewind(self) -> None:
        """Restore the random state and the buffers, and zero the gradients."""
        self.generator.set_state(self.initial_random_state)
        torch.default_generator.manual_seed(0)
        for buffer, kept in zip(self.held, self.buffers.values(), strict=True):
            buffer.value.copy_(kept)
        for parameter in self.parameters:
            parameter.grad = torch.zeros_like(parameter.value)

    def forward(self, x: Tensor) -> Tensor:
        """Return the output."""
        self.rewind()
        output: object = self.layer.forward(x)
        if not isinstance(output, Tensor):
            raise TypeError(f"forward returned a {type(output).__name__}, expected a tensor")
        return output

    def forward_in_evaluation(self, x: Tensor) -> Tensor:
        """Return a copy of the output in evaluation mode, and restore the mode."""
        training = self.layer.training
        self.layer.eval()
        output = self.forward(x).clone()
        self.layer.train() if training else self.layer.eval()
        return output

    def passes(self, x: Tensor, grad_output: Tensor | None = None) -> Passes:
        """Return copies of the results of both passes; the upstream gradient is random if none is given."""
        output = self.forward(x)
        kept = output.clone()
        upstream = upstream_of(output) if grad_output is None else grad_output
        grad_input = require_tensor("what backward returned", self.layer.backward(upstream), x)
        gradients = {name: parameter.grad.clone() for name, parameter in self.layer.named_parameters().items()}
        return Passes(kept, grad_input.clone(), gradients)

    def draws(self, x: Tensor) -> bool:
        """Return whether a forward pass draws random numbers, from the layer's generator or torch's global one."""
        self.forward(x)
        before = torch.get_rng_state()
        torch.default_generator.manual_seed(0)
        untouched = torch.equal(torch.get_rng_state(), before)
        return not (untouched and torch.equal(self.generator.get_state(), self.initial_random_state))


def upstream_of(output: Tensor, seed: int = 2) -> Tensor:
    """Return a random gradient of the loss with respect to an output (`grad_output`)."""
    return random_normal(*output.shape, seed=seed, dtype=output.dtype)


def require_same_passes(
    which: str, found: Passes, expected: Passes, tolerance: float = ROUNDING, hint: str = ""
) -> None:
    """Check that the results of two passes are equal within a tolerance.

    Raises:
        ConformanceError: they differ.
    """
    require_same(f"the output {which}", found.output, expected.output, tolerance, hint)
    require_same(f"the gradient of the input {which}", found.grad_input, expected.grad_input, tolerance, hint)
    for name, gradient in expected.gradients.items():
        require_same(f"the gradient of {name} {which}", found.gradients[name], gradient, tolerance, hint)
