"""The optimizer that the kit trains with where none is under test."""

from __future__ import annotations

from minidl_core.interfaces.optimizer import Optimizer

RATE = 0.01


class ProbeOptimizer(Optimizer):
    """Gradient descent.

    Step:  θ ← θ - 0.01 ∂ℓ/∂θ
    """

    def step(self) -> None:
        """Update the parameters."""
        self.block.add_grad(-RATE)
