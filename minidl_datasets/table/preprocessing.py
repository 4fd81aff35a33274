"""From a table to the inputs of a network, as fixed by the training rows."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, get_args

import numpy as np
import polars as pl
import torch
from torch import Tensor

from minidl_core import DataWarning, Preprocessing
from minidl_datasets.table.columns.column import Kind
from minidl_datasets.table.columns.conversion import convert_columns
from minidl_datasets.table.columns.missing import Missing, refuse_missing
from minidl_datasets.table.encoding.encoders import Encoder, kind_of, plain
from minidl_datasets.table.encoding.memory_limit import check_fits_in_memory
from minidl_datasets.table.encoding.text_encoder import TextEncoder
from minidl_datasets.table.problems.problem import ProblemCollector
from minidl_datasets.table.problems.quoting import shorten_list
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.in_memory import to_table_source
from minidl_datasets.table.saved_preprocessing import dialect_of, encoders_of, target_of
from minidl_datasets.table.target.target import Target

BLOCK = 8192
"""Rows encoded at once: few, so that what is written column by column stays in the cache, yet many for a call each."""

NO_CATEGORY = "they count as no category, all zeros"
"""What becomes of categories that the training rows do not have."""

FORMER_MISSING_TEXTS = ("NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "?")
"""What stood for a missing value when networks were saved without a dialect."""


@dataclass(frozen=True)
class TablePreprocessing(Preprocessing):
    """Numbers standardized and texts one-hot, column after column, and what the outputs stand for."""

    dataset: ClassVar[str] = "table"

    encoders: tuple[Encoder, ...]
    target: Target
    missing: Missing = "error"
    dialect: Dialect = field(default_factory=Dialect)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """A name for each input: the column, `column=category`, or `column.part` of a date."""
        return tuple(name for encoder in self.encoders for name in encoder.names)

    @property
    def kinds(self) -> dict[str, Kind]:
        """The columns that inputs are made of, each with its kind."""
        return {encoder.name: kind_of(encoder) for encoder in self.encoders}

    def transform(self, source: Any) -> Tensor:
        """Return the inputs for the rows of a table: the path of a file, or a data frame; no target needed.

        A data frame is one of polars or pandas, a dict of columns, or a list of dicts. Categories that the training
        rows did not have are all zeros, about which a `DataWarning` is issued, one for each column.
        """
        table = to_table_source(source, self.dialect)
        features = convert_columns(table, self.kinds, self.dialect, "the network was trained with {} there; correct it")
        if self.missing != "mean":
            with ProblemCollector(table.name) as collector:
                refuse_missing(features)
            collector.check()
        for message in self.unseen(features, table.name):
            warnings.warn(f"{message}; {NO_CATEGORY}", DataWarning, stacklevel=2)
        return self.encode(features)

    def unseen(self, features: pl.DataFrame, name: str) -> Iterator[str]:
        """Yield a sentence for each column with categories that the training rows did not have.

        Args:
            features: columns that are typed already.
            name: what the sentences call the table.
        """
        for encoder in self.encoders:
            if isinstance(encoder, TextEncoder) and len(texts := encoder.unseen(features[encoder.name])):
                shown = shorten_list(f"'{text}'" for text in texts.unique(maintain_order=True))
                yield (
                    f"{name}: column '{encoder.name}' has categories that the network was not trained with, in "
                    f"{len(texts)} of {features.height} rows: {shown}"
                )

    def encode(self, features: pl.DataFrame) -> Tensor:
        """Return the inputs for columns that are typed already, without missing values that may not be.

        They are float32 where all numbers are, for these tell no more digits, else float64.
        """
        numbers = {dtype for dtype in features.dtypes if dtype != pl.String}
        kept = np.float32 if numbers == {pl.Float32} else np.float64
        check_fits_in_memory(
            features.height, len(self.feature_names), "inputs", "ignore the columns with the most categories"
        )
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
            "dialect": self.dialect.to_json(),
        }

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> TablePreprocessing:
        """Return the preprocessing that `to_json` wrote; early ones knew only the separator of a dialect.

        Raises:
            KeyError, TypeError, ValueError: the JSON values are those of none.
        """
        if "dialect" in saved:
            dialect = dialect_of(saved["dialect"])
        else:
            former = {"separator": saved["separator"], "missing_values": FORMER_MISSING_TEXTS}
            dialect = dialect_of(former)
        if saved["missing"] not in get_args(Missing):
            raise ValueError(f"missing should be {' or '.join(get_args(Missing))}, not {saved['missing']!r}")
        return cls(encoders_of(saved["columns"]), target_of(saved["target"]), saved["missing"], dialect)
