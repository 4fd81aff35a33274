"""Classes by their index, from 0."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import DataError, ShapeError


def one_hot(classes: Tensor, prediction: Tensor, ignore_index: int) -> Tensor:
    """Return classes as rows with a 1 at the class; where a sample is ignored, the row is 0.

    Args:
        classes: whole numbers, `(*, batch)`.
        prediction: what to be like, `(*, batch, classes)`.
        ignore_index: the class of the samples to ignore.

    Raises:
        ShapeError: there is not one class for each sample.
        DataError: a class is below 0 or beyond the outputs.
    """
    if classes.shape != prediction.shape[:-1]:
        raise ShapeError(
            f"classes of shape {tuple(prediction.shape[:-1])}, not {tuple(classes.shape)}",
            "give an index for each sample, or probabilities in decimal numbers",
        )
    kept = classes != ignore_index
    index = classes.long().where(kept, 0).unsqueeze(-1)
    try:
        return torch.zeros_like(prediction).scatter_(-1, index, kept.unsqueeze(-1).to(prediction.dtype))
    except RuntimeError:
        raise DataError(
            f"classes are numbers from 0 to {prediction.size(-1) - 1}, one for each output, but there are some from "
            f"{int(index.min())} to {int(index.max())}: give the network an output for each class"
        ) from None
