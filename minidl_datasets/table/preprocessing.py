"""From a table to the inputs of a network, as fixed by the training rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl
import torch
from torch import Tensor

from minidl_core import DataError, Preprocessing
from minidl_datasets.table.columns import Kind, typed
from minidl_datasets.table.encoders import Encoder, NumberEncoder, TextEncoder, plain, restored
from minidl_datasets.table.missing import Missing, refuse_missing
from minidl_datasets.table.reading.file import read_table
from minidl_datasets.table.source import TableSource
from minidl_datasets.table.target import Target

BLOCK = 8192
"""Rows encoded at once: few, so that what is written column by column stays in the cache, yet many for a call each."""


@dataclass(frozen=True)
class TablePreprocessing(Preprocessing):
    """Numbers standardized and texts one-hot, column after column, and what the outputs stand for."""

    dataset: ClassVar[str] = "table"

    encoders: tuple[Encoder, ...]
    target: Target
    missing: Missing = "error"
    separator: str | None = None

    @property
    def feature_names(self) -> tuple[str, ...]:
        """A name for each input: the column, or `column=category`."""
        return tuple(name for encoder in self.encoders for name in encoder.names)

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns of texts."""
        return tuple(encoder.name for encoder in self.encoders if isinstance(encoder, TextEncoder))

    def transform(self, source: Any) -> Tensor:
        """Return the inputs for the rows of a table: the path of a file, or a polars `DataFrame`; no target needed."""
        if isinstance(source, str | Path):
            source = read_table(Path(source), self.separator, self.texts)
        elif isinstance(source, pl.DataFrame):
            source = TableSource(source)
        else:
            raise DataError(f"expected the path of a table or a polars DataFrame, not {type(source).__name__}")
        kinds: dict[str, Kind] = {
            encoder.name: "text" if isinstance(encoder, TextEncoder) else "number" for encoder in self.encoders
        }
        features = typed(source, kinds, mend="the network was trained with numbers there; correct it")
        if self.missing != "mean":
            refuse_missing(features, source.name)
        return self.encode(features)

    def encode(self, features: pl.DataFrame) -> Tensor:
        """Return the inputs for columns that are typed already, without missing values that may not be.

        They are float32 where all numbers are, for these tell no more digits, else float64.
        """
        numbers = {dtype for dtype in features.dtypes if dtype.is_float()}
        kept = np.float32 if numbers == {pl.Float32} else np.float64
        out = np.empty((features.height, len(self.feature_names)), dtype=kept)
        ends = np.cumsum([len(encoder.names) for encoder in self.encoders])
        for start in range(0, len(out), BLOCK):
            rows, inputs = features.slice(start, BLOCK), out[start : start + BLOCK]
            for encoder, end in zip(self.encoders, ends, strict=True):
                encoder.encode(rows[encoder.name], inputs[:, end - len(encoder.names) : end])
        return torch.from_numpy(out)

    def to_json(self) -> dict[str, Any]:
        """Return encoders, target and settings."""
        return {
            "columns": [plain(encoder) for encoder in self.encoders],
            "target": self.target.to_json(),
            "missing": self.missing,
            "separator": self.separator,
        }

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> TablePreprocessing:
        """Return the preprocessing that `to_json` wrote."""
        encoders = tuple(restored(column) for column in saved["columns"])
        return cls(encoders, Target.from_json(saved["target"]), saved["missing"], saved["separator"])


def fit_encoders(features: pl.DataFrame, where: str, *, standardize: bool) -> tuple[Encoder, ...]:
    """Return an encoder for each typed column, fixed by the training rows.

    Raises:
        DataError: a column has no value in them, or all columns are constant.
    """
    if all(_is_constant(column) for column in features):
        raise DataError(f"{where}: every column is the same in all training rows: add one that differs")
    return tuple(
        TextEncoder.fit(column, where)
        if column.dtype == pl.String
        else NumberEncoder.fit(column, where, standardize=standardize)
        for column in features
    )


def _is_constant(column: pl.Series) -> bool:
    """Return whether a column gives the same inputs for all rows; a missing number counts as the mean."""
    if column.dtype == pl.String:
        return column.n_unique() == 1
    return bool(column.min() == column.max())
