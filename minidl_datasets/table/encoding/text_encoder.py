"""Encodes a category as inputs, one-hot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from minidl_datasets.table.columns.canonical_text import category_codes, sort_texts
from minidl_datasets.table.encoding.number_encoder import no_values_error


@dataclass(frozen=True)
class TextEncoder:
    """A category, one-hot; missing and unknown categories are all zeros."""

    name: str
    categories: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the inputs, one for each category."""
        return tuple(f"{self.name}={category}" for category in self.categories)

    def encode(self, column: pl.Series, out: NDArray[np.floating]) -> None:
        """Write the inputs for a column of texts to `out`, `(rows, categories)`."""
        codes = category_codes(column, self.categories).fill_null(-1).to_numpy()
        np.equal(codes[:, None], np.arange(len(self.categories)), out=out, casting="unsafe")

    def unseen(self, column: pl.Series) -> pl.Series:
        """Return the texts of a column that are not known categories, one for each row."""
        return column.filter(category_codes(column, self.categories).is_null() & column.is_not_null())

    @classmethod
    def fit(cls, column: pl.Series, where: str) -> TextEncoder:
        """Return the encoder with the categories of the training rows, in order; numbers in numeric order."""
        texts = column.drop_nulls().unique()
        if not len(texts):
            raise no_values_error(column.name, where)
        return cls(column.name, sort_texts(texts))
