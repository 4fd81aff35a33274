"""The Adam optimizer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import SupportsFloat

import torch
from torch import Tensor

from minidl_core import Optimizer, Parameter, SettingError
from minidl_optimizers._setting_range import LARGEST, require_range

LARGEST_LR = 1e20
"""Larger than any useful learning rate; divided by the smallest bias correction, 1e-16, within float32's range."""


class Adam(Optimizer):
    """Adam: adapts each parameter's step size from running averages of its gradient and squared gradient.

    Gradient:  g = ∂ℓ/∂θ + weight_decay · θ
    Moments:   m ← β₁ m + (1 - β₁) g
               v ← β₂ v + (1 - β₂) g²
    Step:      θ ← θ - lr · m̂ / (√v̂ + eps)
               m̂ = m / (1 - β₁ᵗ),   v̂ = v / (1 - β₂ᵗ)

    m and v are initialized to 0, and t counts the steps from 1. With amsgrad, v̂ uses the largest v so far.

    Example: minidl run --optimizer adam:lr=0.003:betas=0.9+0.99

    Args:
        lr: the learning rate, from 0 to 1e20.
        betas: β₁ and β₂, the decay rates of m and v, each at least 0 and below 1; written 0.9+0.999.
        eps: added to the denominator so that it is not 0, from 0 to 1e8.
        weight_decay: the coefficient of the L2 penalty, from 0 to 1e8.
        amsgrad: whether to use the largest v so far instead of the current v.

    Raises:
        SettingError: a setting is out of range.

    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015; Reddi et al., On the Convergence of Adam
    and Beyond, 2018 (amsgrad), as PyTorch writes it.
    """

    def __init__(
        self,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,  # noqa: FBT001, FBT002 - PyTorch's signature
    ) -> None:
        require_range(self.label(), "lr", lr, LARGEST_LR)
        require_range(self.label(), "eps", eps, LARGEST)
        require_range(self.label(), "weight_decay", weight_decay, LARGEST)
        if (
            not isinstance(betas, Sequence)
            or len(betas) != 2  # noqa: PLR2004 - one for each moment
            or not all(isinstance(beta, SupportsFloat) and 0 <= beta < 1 for beta in betas)
        ):
            raise SettingError(
                self.label(), "betas", betas, "two numbers, each at least 0 and below 1, such as 0.9+0.999"
            )
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay
        self.amsgrad = amsgrad

    def attach(self, parameters: Sequence[Parameter]) -> None:
        """Set the parameters to update, with moments of 0."""
        super().attach(parameters)
        self.steps = 0
        self.first_moment, self.second_moment = (torch.zeros_like(self.block.value) for _ in range(2))
        self.largest_second_moment = torch.zeros_like(self.block.value) if self.amsgrad else self.second_moment

    def step(self) -> None:
        """Update the parameters from their gradients."""
        value, grad = self.block
        self.step_along(grad + self.weight_decay * value if self.weight_decay else grad)

    def step_along(self, grad: Tensor) -> None:
        """Update the moments from g, and the parameters from the moments."""
        beta1, beta2 = self.betas
        self.steps += 1
        self.first_moment.lerp_(grad, 1 - beta1)
        self.second_moment.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        if self.amsgrad:
            self.largest_second_moment.copy_(torch.maximum(self.largest_second_moment, self.second_moment))
        root = self.largest_second_moment.sqrt() / math.sqrt(1 - beta2**self.steps)  # √v̂
        length = self.lr / (1 - beta1**self.steps)
        self.block.value.addcdiv_(self.first_moment, root.add_(self.eps), value=-length)

    def state(self) -> dict[str, Tensor]:
        """Return the moments, under PyTorch's names, and t."""
        state = {"exp_avg": self.first_moment, "exp_avg_sq": self.second_moment, "step": torch.tensor(self.steps)}
        return state | ({"max_exp_avg_sq": self.largest_second_moment} if self.amsgrad else {})

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Restore what `state` returned, after `attach`."""
        super().load_state(state)
        self.steps = int(state["step"])
