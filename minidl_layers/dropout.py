"""Dropout."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import Module, SettingError


class Dropout(Module):
    """Sets random elements to zero and scales up the others during training; does nothing in evaluation.

    Forward:   y = m ⊙ x,   m ~ Bernoulli(1 - p) / (1 - p) in training, 1 in evaluation
    Backward:  ∂ℓ/∂x = m ⊙ ∂ℓ/∂y

    Shape: x, y: (*, features)

    With the same seed, m is the mask that `torch.nn.functional.dropout` draws.

    Example: minidl run --layers linear:25,relu,dropout:p=0.2,linear:2

    Args:
        p: the probability that an element becomes zero, from 0 to 1.

    Raises:
        SettingError: p is not from 0 to 1.

    Source: Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting, 2014.
    """

    depends_on_mode = True

    def __init__(self, p: float = 0.5) -> None:
        if not 0 <= p <= 1:
            raise SettingError("dropout", "p", p, "from 0 to 1")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """Return m ⊙ x."""
        self.m = self._mask(x) if self.training and self.p > 0 else None
        return x if self.m is None else self.m * x

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x."""
        return grad_output if self.m is None else self.m * grad_output

    def _mask(self, x: Tensor) -> Tensor:
        """Return m; with p = 1 it is zero, and like PyTorch nothing is drawn."""
        if self.p == 1:
            return torch.zeros_like(x)
        return x.new_empty(x.shape).bernoulli_(1 - self.p, generator=self.generator) / (1 - self.p)
