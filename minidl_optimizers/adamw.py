"""Adam with decoupled weight decay."""

from __future__ import annotations

from minidl_optimizers.adam import Adam


class AdamW(Adam):
    """Adam with decoupled weight decay: shrinks the parameters directly, not through their gradients.

    Decay:  θ ← θ - lr · weight_decay · θ
    Step:   that of Adam with g = ∂ℓ/∂θ

    Example: minidl run --optimizer adamw:lr=0.001:betas=0.9+0.999:weight_decay=0.01

    Args:
        lr: the learning rate, from 0 to 1e20.
        betas: β₁ and β₂, the decay rates of m and v, each at least 0 and below 1; written 0.9+0.999.
        eps: added to the denominator so that it is not 0, from 0 to 1e8.
        weight_decay: the fraction of each parameter that a step removes, in units of lr, from 0 to 1e8.
        amsgrad: whether to use the largest v so far instead of the current v.

    Raises:
        SettingError: a setting is out of range.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019, as PyTorch writes it.
    """

    def __init__(
        self,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
        amsgrad: bool = False,  # noqa: FBT001, FBT002 - PyTorch's signature
    ) -> None:
        super().__init__(lr, betas, eps, weight_decay, amsgrad)

    def step(self) -> None:
        """Decay the parameters, then update them from their gradients."""
        value, grad = self.block
        value.mul_(1 - self.lr * self.weight_decay)
        self.step_along(grad)
