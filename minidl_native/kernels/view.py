"""Views: the elements of a storage that a kernel reads or writes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

DType = Literal["f32", "f64", "i64", "b1"]
"""The types of elements; `b1` is a bool, stored in a byte."""


@dataclass(frozen=True, slots=True)
class View:
    """Elements of a storage, as a tensor sees them.

    Attributes:
        storage: the number of the storage.
        offset: the index of the first element in the storage.
        shape: the size of each dimension.
        strides: the distance between neighbors along each dimension, in elements; 0 repeats an element.
        dtype: the type of the elements.
    """

    storage: int
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: DType

    @property
    def count(self) -> int:
        """The number of elements, with repetitions."""
        return math.prod(self.shape)

    @property
    def end(self) -> int:
        """The index after the last element in the storage; the offset if there are no elements."""
        end = self.offset + 1
        for size, stride in zip(self.shape, self.strides, strict=True):
            if not size:
                return self.offset
            end += (size - 1) * stride
        return end

    @property
    def is_dense(self) -> bool:
        """Whether the elements fill the range from `offset` to `end`, each once."""
        repeats = any(size > 1 and not stride for size, stride in zip(self.shape, self.strides, strict=True))
        return not repeats and self.end - self.offset == self.count

    @property
    def distinct(self) -> Self:
        """The view without the dimensions along which elements repeat."""
        if all(self.strides):
            return self
        kept = [(size, stride) for size, stride in zip(self.shape, self.strides, strict=True) if stride or not size]
        return replace(self, shape=tuple(size for size, _ in kept), strides=tuple(stride for _, stride in kept))

    def expand(self, shape: Sequence[int]) -> Self:
        """Return the view broadcast to a shape, by PyTorch's rules: strides of 0 along repeated dimensions."""
        padding = (0,) * (len(shape) - len(self.shape))
        strides = (0 if size == 1 else stride for size, stride in zip(self.shape, self.strides, strict=True))
        return replace(self, shape=tuple(shape), strides=(*padding, *strides))

    def matches(self, other: View) -> bool:
        """Whether another view has the same elements in the same order; strides along single elements may differ."""
        if self.storage != other.storage or self.offset != other.offset or self.shape != other.shape:
            return False
        return self.strides == other.strides or all(
            one == two or size == 1 for size, one, two in zip(self.shape, self.strides, other.strides, strict=True)
        )

    def overlaps(self, other: View) -> bool:
        """Whether the ranges of two views in one storage overlap; elements between strides count as well."""
        return self.storage == other.storage and self.offset < other.end and other.offset < self.end


def contiguous(storage: int, shape: Sequence[int], dtype: DType) -> View:
    """Return a view of a whole storage in row-major order."""
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= size
    return View(storage, 0, tuple(shape), tuple(reversed(strides)), dtype)
