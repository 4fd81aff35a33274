"""Targets given as class indices, counted from 0."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import DataError, ShapeError


def one_hot(classes: Tensor, prediction: Tensor, ignore_index: int) -> Tensor:
    """Return one-hot rows of class indices; the rows of ignored samples are 0.

    Args:
        classes: class indices as integers, `(*)`.
        prediction: gives the shape `(*, classes)`, dtype and device of the result.
        ignore_index: the class index of the samples to ignore.

    Raises:
        ShapeError: there is not one class index per sample.
        DataError: a class index is negative or has no output.
    """
    if classes.shape != prediction.shape[:-1]:
        raise ShapeError(
            f"class indices of shape {tuple(prediction.shape[:-1])}, not {tuple(classes.shape)}",
            "give one class index per sample, or probabilities as decimal numbers",
        )
    kept = classes != ignore_index
    index = classes.long().where(kept, 0).unsqueeze(-1)
    try:
        return torch.zeros_like(prediction).scatter_(-1, index, kept.unsqueeze(-1).to(prediction.dtype))
    except RuntimeError:
        raise DataError(
            f"class indices must be from 0 to {prediction.size(-1) - 1}, one per output, but these range from "
            f"{int(index.min())} to {int(index.max())}: give the network one output per class"
        ) from None
