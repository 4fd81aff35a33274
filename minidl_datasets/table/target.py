"""The target column: what is to be predicted, classes or a number."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import polars as pl
import torch
from numpy.typing import NDArray
from torch import Tensor

from minidl_core import DataError, Scale, Task
from minidl_datasets.table.encoders import codes_of, mean_and_deviation
from minidl_datasets.table.numbers import as_numbers
from minidl_datasets.table.source import TableSource, listing
from minidl_datasets.table.texts import texts_of


@dataclass(frozen=True)
class Target:
    """What is predicted, and what brings predictions back: class names, or mean and deviation.

    Without a deviation the targets of a regression are the numbers themselves.
    """

    column: str
    task: Task
    classes: tuple[str, ...] = ()
    mean: float = 0.0
    deviation: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the outputs."""
        return self.classes or (self.column,)

    @property
    def scale(self) -> Scale | None:
        """What brings standardized targets back to the user's units."""
        if self.deviation is None:
            return None
        return Scale(*(torch.tensor([value], dtype=torch.float64) for value in (self.mean, self.deviation)))

    def values(self, column: pl.Series, source: TableSource) -> NDArray[Any]:
        """Return the number of each row's class, or the number to predict.

        Raises:
            DataError: a class is none of those known.
        """
        if self.task == "regression":
            return as_numbers(column, source, "correct it").to_numpy()
        texts = texts_of(column)
        codes = codes_of(texts, self.classes)
        if codes.null_count():
            unknown = listing(f"'{text}'" for text in texts.filter(codes.is_null()).unique().sort())
            raise DataError(
                f"{source.name}: the training data has no rows of class {unknown}: take such rows out, or "
                f"train with some"
            )
        return codes.to_numpy()

    def fit(self, values: NDArray[Any], where: str, *, standardize: bool) -> Target:
        """Return the target with mean and deviation of the training rows.

        Raises:
            DataError: the numbers to predict are all the same.
        """
        if self.task == "classification":
            return self
        mean, deviation = mean_and_deviation(pl.Series(self.column, values), where)
        if not deviation:
            raise DataError(
                f"{where}: the target '{self.column}' is {mean} in all training rows: nothing can be learned"
            )
        return replace(self, mean=mean, deviation=deviation) if standardize else self

    def encode(self, values: NDArray[Any]) -> Tensor:
        """Return the targets, `(rows, outputs)`: one-hot, or standardized."""
        if self.task == "classification":
            out = torch.zeros(len(values), len(self.classes), dtype=torch.float64)
            out[torch.arange(len(values)), torch.tensor(values)] = 1
            return out
        targets = torch.tensor(values)[:, None]
        return targets if self.deviation is None else (targets - self.mean) / self.deviation

    def to_json(self) -> dict[str, Any]:
        """Return the target as plain JSON values."""
        return {**asdict(self), "classes": list(self.classes)}

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Target:
        """Return the target that `to_json` wrote."""
        return cls(**{**saved, "classes": tuple(saved["classes"])})
