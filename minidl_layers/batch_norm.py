"""Batch normalization."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import Buffer, DataError, Module, Parameter, SettingError, Shape, ShapeError, feature_count


class BatchNorm(Module):
    """Normalizes each feature to mean 0 and variance 1 over the batch, then scales and shifts it.

    Forward:   y = γ ⊙ z + β,   z = r ⊙ (x - μ),   r = 1/√(σ² + eps)
    Backward:  ∂ℓ/∂β = Σ ∂ℓ/∂y       (the sum over the batch)
               ∂ℓ/∂γ = Σ z ⊙ ∂ℓ/∂y   (the same)
               ∂ℓ/∂x = γ r ⊙ (∂ℓ/∂y - (∂ℓ/∂β + z ⊙ ∂ℓ/∂γ)/N)

    In training, μ and σ² are the mean and the variance of the N samples in the batch, and the running mean and the
    unbiased running variance move towards them. In evaluation, μ and σ² are the running ones, and ∂ℓ/∂x = γ r ⊙ ∂ℓ/∂y.

    Shape: x, y: (batch, features)

    γ is initialized to 1, β to 0.

    Example: minidl run --layers linear:25,batch_norm,relu,linear:2

    Args:
        num_features: the number of features; None infers it from the input.
        eps: added to the variance, at least 0.
        momentum: the weight of a batch in the running statistics, from 0 to 1; None averages over all batches.
        affine: whether to scale by γ and shift by β.
        track_running_stats: whether to keep running statistics; without them, evaluation uses those of the batch.

    Raises:
        SettingError: a setting is out of range.
        ShapeError: a sample is not a vector of num_features features.
        DataError: a training batch has a single sample, and so no variance.

    Source: Ioffe and Szegedy, Batch Normalization: Accelerating Deep Network Training, 2015.
    """

    depends_on_mode = True

    def __init__(
        self,
        num_features: int | None = None,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,  # noqa: FBT001, FBT002 - PyTorch's signature
        track_running_stats: bool = True,  # noqa: FBT001, FBT002 - PyTorch's signature
    ) -> None:
        if num_features is not None and num_features < 1:
            raise SettingError("batch_norm", "num_features", num_features, "at least 1")
        if not 0 <= eps < float("inf"):
            raise SettingError("batch_norm", "eps", eps, "a finite number of at least 0")
        if momentum is not None and not 0 <= momentum <= 1:
            raise SettingError("batch_norm", "momentum", momentum, "from 0 to 1, or None")
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats

    def build(self, in_shape: Shape) -> Shape:
        """Initialize γ, β and the running statistics."""
        n = feature_count(in_shape)
        if self.num_features not in {None, n}:
            raise ShapeError(
                f"{self.num_features} input features", f"write batch_norm with num_features={n} or drop it"
            )
        self.weight = Parameter(torch.ones(n, dtype=self.dtype)) if self.affine else None
        self.bias = Parameter(torch.zeros(n, dtype=self.dtype)) if self.affine else None
        if self.track_running_stats:
            self.running_mean = Buffer(torch.zeros(n, dtype=self.dtype))
            self.running_var = Buffer(torch.ones(n, dtype=self.dtype))
            self.num_batches_tracked = Buffer(torch.tensor(0))
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        """Return γ r ⊙ (x - μ) + β."""
        if self.training and len(x) == 1:
            raise DataError(
                "batch_norm needs at least 2 samples in a training batch, but got 1: choose a batch size that leaves "
                "no single sample over, or use layer_norm"
            )
        self.of_batch = self.training or not self.track_running_stats
        mean = x.mean(0) if self.of_batch else self.running_mean.value
        centered = x - mean
        variance = centered.square().mean(0) if self.of_batch else self.running_var.value
        if self.training and self.track_running_stats:
            self._track(mean, variance, len(x))
        self.r = (variance + self.eps).rsqrt()
        self.z = self.r * centered
        return self.z if self.weight is None or self.bias is None else self.weight.value * self.z + self.bias.value

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x; replace ∂ℓ/∂β and ∂ℓ/∂γ."""
        grad_bias = grad_output.sum(0)
        grad_weight = (self.z * grad_output).sum(0)
        scale = self.r
        if self.weight is not None and self.bias is not None:
            self.bias.grad, self.weight.grad = grad_bias, grad_weight
            scale = self.weight.value * self.r
        if not self.of_batch:
            return scale * grad_output
        return scale * (grad_output - (grad_bias + self.z * grad_weight) / len(grad_output))

    def _track(self, mean: Tensor, variance: Tensor, n: int) -> None:
        """Update the running statistics with those of a batch of n samples."""
        batches = self.num_batches_tracked.value.add_(1)
        momentum = 1 / batches.to(mean.dtype) if self.momentum is None else self.momentum
        self.running_mean.value.lerp_(mean, momentum)
        self.running_var.value.lerp_(variance * (n / (n - 1)), momentum)
