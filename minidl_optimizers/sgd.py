"""Stochastic gradient descent."""

from __future__ import annotations

from minidl_core import Optimizer, SettingError

LARGEST_LR = 1e30
"""Far beyond any use, and still within the range of float32."""


class SGD(Optimizer):
    """Stochastic gradient descent on mini-batches.

    Step:  θ ← θ - lr ∂ℓ/∂θ

    Args:
        lr: the learning rate, from 0 to 1e30.

    Raises:
        SettingError: lr is negative, too large or NaN.

    Source: Robbins and Monro, A Stochastic Approximation Method, 1951.
    """

    def __init__(self, lr: float = 0.01) -> None:
        if not 0 <= lr <= LARGEST_LR:
            raise SettingError("sgd", "lr", lr, f"a number from 0 to {LARGEST_LR:g} (0.01, say)")
        self.lr = lr

    def step(self) -> None:
        """Update the parameters by their gradients."""
        value, grad = self.block
        value.add_(grad, alpha=-self.lr)
