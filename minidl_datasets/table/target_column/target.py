"""The target of a table, classes or a number, and its encoding."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import polars as pl
import torch
from torch import Tensor

from minidl_core import DataError, Scale, Task
from minidl_datasets.table.columns.canonical_text import category_codes
from minidl_datasets.table.columns.numbers import EXACT
from minidl_datasets.table.encoding.exact_numbers import difference
from minidl_datasets.table.encoding.memory_limit import check_fits_in_memory
from minidl_datasets.table.encoding.number_encoder import compute_spread
from minidl_datasets.table.problems.problem import Problem
from minidl_datasets.table.problems.quoted_table_text import shorten_list
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.source import TableSource
from minidl_datasets.table.target_column.target_values import class_texts, numbers_to_predict


@dataclass(frozen=True)
class Target:
    """The target, with the values that decode predictions: class names, or offset + mean and deviation.

    Without a deviation the targets of a regression are not standardized.
    """

    column: str
    task: Task
    classes: tuple[str, ...] = ()
    mean: float = 0.0
    deviation: float | None = None
    offset: str = "0"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the outputs."""
        return self.classes or (self.column,)

    @property
    def scale(self) -> Scale | None:
        """The scale that converts standardized targets back to the user's units."""
        return self._scale(float(self.offset) + self.mean)

    @property
    def metric_scale(self) -> Scale | None:
        """The scale that converts standardized targets to the units of metrics.

        These are the user's units, except for numbers beyond 2**53, whose differences floats would lose: their metrics
        are computed after subtracting the offset.
        """
        return self._scale(self.mean) if self.is_measured_from_offset else self.scale

    @property
    def is_measured_from_offset(self) -> bool:
        """Whether metrics are computed after subtracting the offset."""
        return abs(float(self.offset)) >= EXACT

    def values(self, column: pl.Series, source: TableSource, dialect: Dialect, hint: str = "") -> pl.Series:
        """Return the class index or the number of each row; null where it is missing.

        Raises:
            Problem: a class is not known, for which `hint` says what to do, or a value is not a number.
        """
        if self.task == "regression":
            return numbers_to_predict(column, source, dialect)
        texts = class_texts(column)
        codes = category_codes(texts, self.classes)
        unknown = texts.filter(codes.is_null() & texts.is_not_null()).unique().sort()
        if len(unknown):
            shown, hint = (
                shorten_list(f"'{text}'" for text in unknown),
                hint or "remove these rows, or train with such rows",
            )
            raise Problem(f"the training data has no rows of class {shown}: {hint}")
        return codes

    def fit(self, values: pl.Series, where: str, *, standardize: bool) -> Target:
        """Return the target with the mean and deviation of the training rows.

        Raises:
            DataError: all numbers to predict are the same.
        """
        if self.task == "classification":
            return self
        spread = compute_spread(values.alias(self.column), where)
        if not spread.deviation:
            raise DataError(
                f"{where}: the target '{self.column}' is {spread.mean} in all training rows: nothing can be learned"
            )
        return replace(self, **spread._asdict()) if standardize else self

    def encode(self, values: pl.Series) -> Tensor:
        """Return the targets, `(rows, outputs)`: one-hot, or standardized."""
        if self.task == "classification":
            check_fits_in_memory(
                len(values), len(self.classes), "classes", f"choose another target than '{self.column}'"
            )
            out = torch.zeros(len(values), len(self.classes), dtype=torch.float64)
            out[torch.arange(len(values)), torch.tensor(values.to_numpy())] = 1
            return out
        targets = torch.tensor(difference(values, self.offset).to_numpy())[:, None]
        return targets if self.deviation is None else (targets - self.mean) / self.deviation

    def to_json(self) -> dict[str, Any]:
        """Return the target as JSON values."""
        return {**asdict(self), "classes": list(self.classes)}

    def _scale(self, mean: float) -> Scale | None:
        if self.deviation is None:
            return None
        return Scale(*(torch.tensor([value], dtype=torch.float64) for value in (mean, self.deviation)))
