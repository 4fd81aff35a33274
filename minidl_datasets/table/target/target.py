"""The target column: what is to be predicted, classes or a number."""

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
from minidl_datasets.table.problems.quoting import shorten_list
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.source import TableSource
from minidl_datasets.table.target.target_values import class_texts, numbers_to_predict


@dataclass(frozen=True)
class Target:
    """What is predicted, and what brings predictions back: class names, or offset + mean and deviation.

    Without a deviation the targets of a regression are the numbers themselves.
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
        """What brings standardized targets back to the user's units."""
        return self._scale(float(self.offset) + self.mean)

    @property
    def metric_scale(self) -> Scale | None:
        """What brings standardized targets to the units in which they are measured.

        These are the user's; but numbers beyond 2**53, whose differences floats would lose, are measured from the
        offset on.
        """
        return self._scale(self.mean) if self.is_measured_from_offset else self.scale

    @property
    def is_measured_from_offset(self) -> bool:
        """Whether metrics are those of the numbers less the offset."""
        return abs(float(self.offset)) >= EXACT

    def values(self, column: pl.Series, source: TableSource, dialect: Dialect, hint: str = "") -> pl.Series:
        """Return the number of each row's class, or the number to predict; null where it is missing.

        Raises:
            Problem: a class is none of those known, or a value is no number; `hint` says what to do about a class.
        """
        if self.task == "regression":
            return numbers_to_predict(column, source, dialect)
        texts = class_texts(column)
        codes = category_codes(texts, self.classes)
        unknown = texts.filter(codes.is_null() & texts.is_not_null()).unique().sort()
        if len(unknown):
            shown, hint = (
                shorten_list(f"'{text}'" for text in unknown),
                hint or "take such rows out, or train with some",
            )
            raise Problem(f"the training data has no rows of class {shown}: {hint}")
        return codes

    def fit(self, values: pl.Series, where: str, *, standardize: bool) -> Target:
        """Return the target with mean and deviation of the training rows.

        Raises:
            DataError: the numbers to predict are all the same.
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
        """Return the target as plain JSON values."""
        return {**asdict(self), "classes": list(self.classes)}

    def _scale(self, mean: float) -> Scale | None:
        if self.deviation is None:
            return None
        return Scale(*(torch.tensor([value], dtype=torch.float64) for value in (mean, self.deviation)))
