"""Adam with decoupled weight decay."""

from __future__ import annotations

from minidl_optimizers.adam import Adam


class AdamW(Adam):
    """Adam with weight decay that does not pass through the moments, so that all parameters decay alike.

    Decay:  θ ← θ - lr · weight_decay · θ
    Step:   as Adam's, with g = ∂ℓ/∂θ

    Example: minidl run --optimizer adamw:lr=0.001:betas=0.9+0.999:weight_decay=0.01

    Args:
        lr: the learning rate, from 0 to 1e20.
        betas: β₁ and β₂, each at least 0 and below 1; written 0.9+0.999.
        eps: what keeps quotients finite, from 0 to 1e8.
        weight_decay: how much of the parameters each step takes away, in units of lr, from 0 to 1e8.
        amsgrad: whether steps never grow longer again because gradients were small for a while.

    Raises:
        SettingError: a setting is out of its range.

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
        """Decay the parameters, then update them by their gradients."""
        value, grad = self.block
        value.add_(value, alpha=-self.lr * self.weight_decay)
        self.step_along(grad)
