"""Shapes of a single sample, without the batch dimension, and batches of samples that are vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minidl_core.errors import ShapeError

if TYPE_CHECKING:
    from torch import Tensor

Shape = tuple[int, ...]


def describe_shape(shape: Shape) -> str:
    """Return a description of a shape: `25 features`, `3×32×32 features`, `a single number`."""
    if not shape:
        return "a single number"
    return "×".join(map(str, shape)) + (" feature" if shape == (1,) else " features")


def feature_count(shape: Shape) -> int:
    """Return the number of features of a sample that is a vector.

    Raises:
        ShapeError: the sample is not a vector, or is empty.
    """
    if len(shape) != 1 or shape[0] < 1:
        raise ShapeError("samples that are vectors of features", "flatten them first")
    return shape[0]


def as_rows(batch: Tensor) -> Tensor:
    """Return samples `(*, features)` as the rows of a matrix `(samples, features)`; a copy only if needed."""
    return batch if batch.dim() == 2 else batch.reshape(-1, batch.size(-1))  # noqa: PLR2004 - which saves a view
