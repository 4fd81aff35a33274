"""The training and the test rows of a table, and their samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from minidl_core import Data, Notice, Samples
from minidl_datasets.table.encoding.encoders import is_raw
from minidl_datasets.table.encoding.exact_numbers import loses_digits
from minidl_datasets.table.preprocessing import NO_CATEGORY, TablePreprocessing
from minidl_datasets.table.rows.incomplete_rows import Counts
from minidl_datasets.table.rows.typed_rows import Rows


@dataclass(frozen=True)
class TrainTestRows:
    """Training and test rows, with the counts and the notices from reading them."""

    train: Rows
    test: Rows
    test_name: str
    counts: Counts
    notices: tuple[Notice, ...]

    def to_data(self, preprocessing: TablePreprocessing) -> Data:
        """Return the samples, encoded by a preprocessing."""
        train, test = (
            Samples(preprocessing.encode(rows.features), preprocessing.target.encode(rows.targets))
            for rows in (self.train, self.test)
        )
        return Data(
            train=train,
            test=test,
            task=preprocessing.target.task,
            feature_names=preprocessing.feature_names,
            target_names=preprocessing.target.names,
            preprocessing=preprocessing,
            target_scale=preprocessing.target.metric_scale,
            notices=(*self.notices, *self._notices(preprocessing)),
            rows=self.counts.to_json(),
        )

    def _notices(self, preprocessing: TablePreprocessing) -> Iterator[Notice]:
        target = preprocessing.target
        for message in preprocessing.unseen(self.test.features, self.test_name):
            yield Notice(f"{message}; {NO_CATEGORY}")
        if target.is_measured_from_offset:
            yield Notice(
                f"target '{target.column}': floats cannot represent its numbers exactly, so {target.offset} is "
                f"subtracted before metrics are computed; mae, rmse and r2 do not change"
            )
        raw = [encoder.name for encoder in preprocessing.encoders if is_raw(encoder)]
        columns = [self.train.features[name] for name in raw]
        if target.task == "regression" and target.deviation is None:
            columns.append(self.train.targets.alias(target.column))
        for column in columns:
            if loses_digits(column):
                yield _lost_digits(column)


def _lost_digits(column: pl.Series) -> Notice:
    return Notice(
        f"column '{column.name}' contains different numbers that become the same float: write standardize=true, "
        f"which standardizes them exactly",
        warning=True,
    )
