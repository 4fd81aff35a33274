"""Descriptions of data before training, as `minidl describe` shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from minidl_core.interfaces.notice import Notice

if TYPE_CHECKING:
    from torch import Tensor

    from minidl_core.interfaces.dataset import Data

Bound = int | float | str | None
"""The smallest or largest value of a column: a number, or a date as text; None for unordered values."""


@dataclass(frozen=True)
class ColumnDescription:
    """A column of the data before preprocessing.

    Args:
        name: the name of the column.
        kind: the kind of its values: number, boolean, category, date, row names and so on.
        missing: the share of rows without a value, from 0 to 1.
        levels: the number of distinct values; None if they were not counted.
        minimum: the smallest value of numbers or dates.
        maximum: the largest value of numbers or dates.
        examples: the first few values of categories.
        treatment: how the column is used: `standardized`, `3 inputs, one-hot`, `ignored`, `target`.
    """

    name: str
    kind: str
    missing: float = 0.0
    levels: int | None = None
    minimum: Bound = None
    maximum: Bound = None
    examples: tuple[str, ...] = ()
    treatment: str = ""


@dataclass(frozen=True)
class TargetDescription:
    """The target to predict.

    Args:
        name: the name of the column, or of all outputs.
        task: `classification` or `regression`.
        balance: the number of rows of each class; empty for a regression.
        mean: the mean of the target; None for a classification.
        deviation: the population standard deviation of the target; None for a classification.
    """

    name: str
    task: str
    balance: Mapping[str, int] = field(default_factory=dict)
    mean: float | None = None
    deviation: float | None = None


@dataclass(frozen=True)
class DataDescription:
    """The description of a dataset's data that `Dataset.describe` returns.

    Args:
        rows: the number of rows by outcome, as in `Data.rows`; incomplete if there are problems.
        columns: all columns in the order of the source, including the target.
        target: the target to predict; None if it is not known.
        notices: decisions of the dataset that users should know about.
        problems: sentences that say why the data cannot be trained on.
        advice: a command-line option that solves all problems, such as `--data 'table:a.csv:target=y:ignore=id'`.
    """

    rows: Mapping[str, int]
    columns: tuple[ColumnDescription, ...]
    target: TargetDescription | None = None
    notices: tuple[Notice, ...] = ()
    problems: tuple[str, ...] = ()
    advice: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def describe_data(data: Data) -> DataDescription:
    """Return a description of tensors: a numeric column per input feature, and the classes or mean of the target."""
    from torch import cat  # noqa: PLC0415 - descriptions are read without torch

    inputs = cat([data.train.inputs, data.test.inputs]).flatten(1).double()
    names = data.feature_names or tuple(f"input {number}" for number in range(1, inputs.shape[1] + 1))
    columns = tuple(_column(name, values) for name, values in zip(names, inputs.unbind(1), strict=False))
    targets = cat([data.train.targets, data.test.targets]).double()
    target = _target(data, targets if data.target_scale is None else data.target_scale.to_units(targets))
    return DataDescription(data.rows, columns, target, data.notices)


def _column(name: str, values: Tensor) -> ColumnDescription:
    known = values[~values.isnan()]
    low, high = (float(known.min()), float(known.max())) if len(known) else (None, None)
    missing = 1 - len(known) / len(values)
    return ColumnDescription(name, "number", missing, _levels(known), low, high)


def _levels(values: Tensor) -> int:
    """Return the number of distinct values."""
    ordered = values.sort().values
    return len(values) and 1 + int((ordered.diff() != 0).sum())


def _target(data: Data, targets: Tensor) -> TargetDescription:
    names = data.target_names or tuple(f"output {number}" for number in range(1, targets.shape[-1] + 1))
    if data.task == "classification":
        counts = targets.flatten(0, -2).sum(0).long().tolist()
        return TargetDescription("class", data.task, dict(zip(names, counts, strict=False)))
    deviation = float(targets.std(correction=0))
    return TargetDescription(", ".join(names), data.task, mean=float(targets.mean()), deviation=deviation)
