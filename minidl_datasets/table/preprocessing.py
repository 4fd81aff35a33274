"""The preprocessing of a table: turns its rows into the inputs of a network."""

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
from minidl_datasets.table.encoding.encoders import Encoder, column_kind_of, encoder_to_json
from minidl_datasets.table.encoding.memory_limit import check_fits_in_memory
from minidl_datasets.table.encoding.text_encoder import TextEncoder
from minidl_datasets.table.problems.problem import ProblemCollector
from minidl_datasets.table.problems.quoted_table_text import shorten_list
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.in_memory import to_table_source
from minidl_datasets.table.saved_preprocessing import dialect_of, encoders_of, saved_target_of
from minidl_datasets.table.target_column.target import Target

BLOCK = 8192
"""The number of rows encoded at once: few enough to stay in the cache, many enough for a call each."""

NO_CATEGORY = "they become all zeros (no category)"
"""The encoding of categories that the training rows do not have."""

FORMER_MISSING_TEXTS = ("NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "?")
"""The texts for missing values of networks that were saved without a dialect."""


@dataclass(frozen=True)
class TablePreprocessing(Preprocessing):
    """The encoders of all columns, and the target with the meaning of the outputs."""

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
        """The input columns with their kinds."""
        return {encoder.name: column_kind_of(encoder) for encoder in self.encoders}

    def transform(self, source: Any) -> Tensor:
        """Return the inputs for the rows of a table, which needs no target.

        The table is the path of a file, a polars or pandas data frame, a dict of columns, or a list of dicts. Unknown
        categories become all zeros, with a `DataWarning` for each column.
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
        """Yield a message for each column with categories that the training rows did not have.

        Args:
            features: the converted columns.
            name: the name of the table, for the messages.
        """
        for encoder in self.encoders:
            if isinstance(encoder, TextEncoder) and len(texts := encoder.unseen(features[encoder.name])):
                shown = shorten_list(f"'{text}'" for text in texts.unique(maintain_order=True))
                yield (
                    f"{name}: column '{encoder.name}' has categories that the network was not trained with, in "
                    f"{len(texts)} of {features.height} rows: {shown}"
                )

    def encode(self, features: pl.DataFrame) -> Tensor:
        """Return the inputs for converted columns, whose missing values are checked.

        They are float32 if all numbers are, because float64 would add no digits; else float64.
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
        """Return the encoders, the target and the settings."""
        return {
            "columns": [encoder_to_json(encoder) for encoder in self.encoders],
            "target": self.target.to_json(),
            "missing": self.missing,
            "dialect": self.dialect.to_json(),
        }

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> TablePreprocessing:
        """Return the preprocessing that `to_json` wrote; early versions wrote only the separator of a dialect.

        Raises:
            KeyError, TypeError, ValueError: the JSON values are not valid.
        """
        if "dialect" in saved:
            dialect = dialect_of(saved["dialect"])
        else:
            former = {"separator": saved["separator"], "missing_values": FORMER_MISSING_TEXTS}
            dialect = dialect_of(former)
        if saved["missing"] not in get_args(Missing):
            raise ValueError(f"missing should be {' or '.join(get_args(Missing))}, not {saved['missing']!r}")
        return cls(encoders_of(saved["columns"]), saved_target_of(saved["target"]), saved["missing"], dialect)
