"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from minidl_core import Optimizer, Parameter, SettingError
from minidl_optimizers._setting_range import LARGEST, LARGEST_LR, require_range


class SGD(Optimizer):
    """Stochastic gradient descent, optionally with momentum, Nesterov momentum and weight decay.

    Gradient:       g = ∂ℓ/∂θ + weight_decay · θ
    Momentum:       m ← momentum · m + (1 - dampening) g   (m = g at the first step)
    Step:           θ ← θ - lr g                           without momentum
                    θ ← θ - lr m                           with momentum
                    θ ← θ - lr (g + momentum · m)          with nesterov

    Example: minidl run --optimizer sgd:lr=0.01:momentum=0.9

    Args:
        lr: the learning rate, from 0 to 1e30.
        momentum: the decay rate of m, from 0 to 1e8; usually below 1. 0 turns momentum off.
        dampening: the fraction of the gradient that is left out of m, from -1e8 to 1e8; usually 0 to 1. Has no effect
            without momentum, as in PyTorch.
        weight_decay: the coefficient of the L2 penalty, from 0 to 1e8.
        nesterov: whether to use Nesterov momentum; needs momentum, without dampening.

    Raises:
        SettingError: a setting is out of range, or nesterov is set without momentum or with dampening.

    Source: Robbins and Monro, A Stochastic Approximation Method, 1951; Sutskever et al., On the Importance of
    Initialization and Momentum in Deep Learning, 2013, as PyTorch writes it.
    """

    def __init__(
        self,
        lr: float = 0.01,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,  # noqa: FBT001, FBT002 - PyTorch's signature
    ) -> None:
        require_range("sgd", "lr", lr, LARGEST_LR)
        require_range("sgd", "momentum", momentum, LARGEST)
        require_range("sgd", "dampening", dampening, LARGEST, -LARGEST)
        require_range("sgd", "weight_decay", weight_decay, LARGEST)
        if nesterov and (momentum == 0 or dampening != 0):
            raise SettingError("sgd", "nesterov", nesterov, "false without momentum (such as 0.9) or with dampening")
        self.lr = lr
        self.momentum = momentum
        self.dampening = dampening
        self.weight_decay = weight_decay
        self.nesterov = nesterov

    def attach(self, parameters: Sequence[Parameter]) -> None:
        """Set the parameters to update, with a momentum of 0."""
        super().attach(parameters)
        self.steps = 0
        if self.momentum:
            self.momentum_buffer = torch.zeros_like(self.block.value)

    def step(self) -> None:
        """Update the parameters from their gradients."""
        if self.momentum:
            self._step_with_momentum()
        else:
            self.block.add_grad(-self.lr, 1 - self.lr * self.weight_decay)

    def _step_with_momentum(self) -> None:
        value, grad = self.block
        if self.weight_decay:
            grad = grad + self.weight_decay * value
        self.momentum_buffer.mul_(self.momentum).add_(grad, alpha=1 - self.dampening if self.steps else 1.0)
        direction = grad + self.momentum * self.momentum_buffer if self.nesterov else self.momentum_buffer
        value.sub_(direction, alpha=self.lr)
        self.steps += 1

    def state(self) -> dict[str, Tensor]:
        """Return m and the number of steps taken, or nothing without momentum."""
        if not self.momentum:
            return {}
        return {"momentum_buffer": self.momentum_buffer, "step": torch.tensor(self.steps)}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Restore what `state` returned, after `attach`."""
        super().load_state(state)
        self.steps = int(state.get("step", 0))
