"""The memory layout of a batch of samples."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

MANY_SAMPLES = 64
"""Number of samples of a batch from which the feature-major layout is used."""

FEW_FEATURES = 64
"""Number of features from which a sample fills the registers of a processor by itself."""


def is_feature_major(samples: int, shape: Sequence[int], device: torch.device) -> bool:
    """Whether a batch is stored feature by feature, so that `batch.mT` is contiguous.

    A matrix product then fills the registers of a processor with samples instead of features, which takes as little as
    a quarter of the time.

    Args:
        samples: the number of samples of the batch.
        shape: the shape of a sample.
        device: the device of the batch.
    """
    return samples >= MANY_SAMPLES and len(shape) == 1 and shape[0] < FEW_FEATURES and device.type == "cpu"


def empty_batch(like: Tensor, shape: Sequence[int]) -> Tensor:
    """Return an uninitialized batch of shape `(batch, *features)`, in the fastest layout.

    Args:
        like: the tensor whose type and device to use.
        shape: the shape of the batch.
    """
    if is_feature_major(shape[0], shape[1:], like.device):
        return like.new_empty((shape[1], shape[0])).mT
    return like.new_empty(shape)
