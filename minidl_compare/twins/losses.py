"""The twins of minidl's own losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn
from torch.nn import functional

TorchLoss = Callable[[Tensor, Tensor], Tensor]
"""Returns the loss of predictions and targets, as a tensor with one element."""


def squared_error(loss: Any) -> TorchLoss:
    """Return the twin of `mse`; PyTorch has no mean over samples, so its sum is divided by their number."""
    if loss.reduction != "samples":
        return nn.MSELoss(reduction=loss.reduction)
    return lambda prediction, target: functional.mse_loss(prediction, target, reduction="sum") / prediction.size(-2)


def cross_entropy(loss: Any) -> TorchLoss:
    """Return the twin of `cross_entropy`."""
    return lambda prediction, target: functional.cross_entropy(
        prediction,
        target,
        weight=_weights(loss.weight, prediction),
        ignore_index=loss.ignore_index,
        reduction=loss.reduction,
        label_smoothing=loss.label_smoothing,
    )


def bce_with_logits(loss: Any) -> TorchLoss:
    """Return the twin of `bce_with_logits`."""
    return lambda prediction, target: functional.binary_cross_entropy_with_logits(
        prediction, target, reduction=loss.reduction, pos_weight=_weights(loss.pos_weight, prediction)
    )


LOSSES: dict[str, Callable[[Any], TorchLoss]] = {
    "bce_with_logits": bce_with_logits,
    "cross_entropy": cross_entropy,
    "huber": lambda loss: nn.HuberLoss(loss.reduction, loss.delta),
    "mae": lambda loss: nn.L1Loss(reduction=loss.reduction),
    "mse": squared_error,
}
"""The functions that make twins, by the loss's name; each takes the loss."""


def _weights(weights: Any, prediction: Tensor) -> Tensor | None:
    return None if weights is None else weights.like(prediction)
