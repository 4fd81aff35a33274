"""How a batch of samples lies in memory."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

MANY_SAMPLES = 64
"""Samples of a batch from which on they may lie side by side."""

FEW_FEATURES = 64
"""Features of a sample from which on they fill a processor's registers well by themselves."""


def is_feature_major(samples: int, shape: Sequence[int], device: torch.device) -> bool:
    """Tell whether a batch of so many samples of a shape is to lie in memory feature by feature, as a table's columns.

    A matrix product then fills the processor's registers with samples instead of features, which takes as little as a
    quarter of the time. Only the strides tell: `batch.mT` is what is contiguous.
    """
    return samples >= MANY_SAMPLES and len(shape) == 1 and shape[0] < FEW_FEATURES and device.type == "cpu"


def empty_batch(like: Tensor, shape: Sequence[int]) -> Tensor:
    """Return memory for a batch of `(batch, *features)`, of a tensor's type and device, in the quickest order."""
    if is_feature_major(shape[0], shape[1:], like.device):
        return like.new_empty((shape[1], shape[0])).mT
    return like.new_empty(shape)
