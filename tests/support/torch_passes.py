"""Forward and backward passes of a layer, compared with those of its PyTorch twin."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from minidl_core import Module

RTOL = 1e-10


def assert_same_passes(
    layer: Module, twin: nn.Module, x: Tensor, grad_output: Tensor, *, output_atol: float, grad_atol: float
) -> None:
    """Check the output and the gradients with respect to the input and the parameters.

    Args:
        layer: the layer, built, with the same parameters as its twin.
        twin: its twin.
        x: the input.
        grad_output: the gradient with respect to the output.
        output_atol: the absolute tolerance of the output.
        grad_atol: the absolute tolerance of the gradient with respect to the input.
    """
    theirs = x.clone().requires_grad_()
    twin.zero_grad()
    expected = twin(theirs)
    expected.backward(grad_output)
    torch.testing.assert_close(layer.forward(x), expected.detach(), rtol=RTOL, atol=output_atol)
    torch.testing.assert_close(layer.backward(grad_output), theirs.grad, rtol=RTOL, atol=grad_atol)
    for name, parameter in twin.named_parameters():
        torch.testing.assert_close(layer.named_parameters()[name].grad, parameter.grad, rtol=RTOL, atol=1e-10)
