"""Stochastic gradient descent."""

from __future__ import annotations

import math

from minidl_core import Optimizer, SettingError


class SGD(Optimizer):
    """Stochastic gradient descent on mini-batches.

    Step:  θ ← θ - lr ∂ℓ/∂θ

    Args:
        lr: the learning rate, a finite number of at least 0.

    Raises:
        SettingError: lr is negative, infinite or NaN.

    Source: Robbins and Monro, A Stochastic Approximation Method, 1951.
    """

    def __init__(self, lr: float = 0.01) -> None:
        if not 0 <= lr < math.inf:
            raise SettingError("sgd", "lr", lr, "a finite number of at least 0 (0.01, say)")
        self.lr = lr

    def step(self) -> None:
        """Update the parameters by their gradients."""
        value, grad = self.block
        value.add_(grad, alpha=-self.lr)
