"""Descriptions of data and notices of any dataset."""

from __future__ import annotations

import json

import pytest
import torch

from minidl_core import Data, DataDescription, Dataset, DataWarning, Notice, fit
from minidl_core.assembly import make_dataset


class Numbers(Dataset):
    """Twelve rows of two inputs, one of them missing a value, and a number to predict."""

    def load(self, seed: int) -> Data:
        inputs = torch.arange(24.0).reshape(12, 2)
        targets = inputs.sum(1, keepdim=True)
        notices = (Notice("column 'a' counts the rows", warning=True), Notice("3 rows have no target"))
        return Data(
            (inputs[:8], targets[:8]), (inputs[8:], targets[8:]), "regression", ("a", "b"), ("y",), notices=notices,
            rows={"read": 15, "dropped": 3, "without_target": 3},
        )  # fmt: skip


def test_rows_to_train_and_test_with_are_counted_and_others_kept() -> None:
    rows = {"read": 15, "dropped": 3, "without_target": 3, "train": 8, "test": 4}
    assert Numbers().load(0).rows == rows
    assert Numbers().load(0).to(torch.float32, "cpu").rows == rows


@pytest.mark.filterwarnings("ignore::minidl_core.DataWarning")
def test_a_result_has_rows_and_notices() -> None:
    data = fit("linear:1", Numbers(), optimizer="sgd:lr=0.0001", epochs=1).to_json()["data"]
    assert data["rows"]["dropped"] == 3
    assert data["notices"] == [
        {"message": "column 'a' counts the rows", "warning": True},
        {"message": "3 rows have no target", "warning": False},
    ]


def test_notices_that_are_warnings_are_warned_of_and_others_are_not() -> None:
    with pytest.warns(DataWarning) as caught:
        fit("linear:1", Numbers(), optimizer="sgd:lr=0.0001", epochs=1)
    assert [str(one.message) for one in caught] == ["column 'a' counts the rows"]


def test_a_dataset_that_only_loads_is_described_by_its_tensors() -> None:
    description = Numbers().describe()
    assert [column.name for column in description.columns] == ["a", "b"]
    first = description.columns[0]
    assert (first.kind, first.minimum, first.maximum, first.levels, first.missing) == ("number", 0.0, 22.0, 12, 0.0)
    assert description.target is not None
    assert (description.target.name, description.target.task) == ("y", "regression")
    assert description.target.mean == pytest.approx(sum(4 * k + 1 for k in range(12)) / 12)
    assert description.notices[0].warning
    json.dumps(description.to_json(), allow_nan=False)


def test_missing_values_have_a_share_and_no_range_where_all_are_missing() -> None:
    inputs = torch.tensor([[1.0, torch.nan], [torch.nan, torch.nan], [3.0, torch.nan], [3.0, torch.nan]])
    targets = torch.eye(2).repeat(2, 1)
    data = Data((inputs[:2], targets[:2]), (inputs[2:], targets[2:]), "classification", target_names=("no", "yes"))

    class Gaps(Dataset):
        def load(self, seed: int) -> Data:
            return data

    description = Gaps().describe()
    one, other = description.columns
    assert (one.name, one.missing, one.levels, one.minimum, one.maximum) == ("input 1", 0.25, 2, 1.0, 3.0)
    assert (other.missing, other.levels, other.minimum) == (1.0, 0, None)
    assert description.target is not None
    assert description.target.balance == {"no": 2, "yes": 2}


def test_the_disk_is_described_before_it_is_standardized() -> None:
    description: DataDescription = make_dataset("disk:train=500").describe()
    assert description.rows == {"train": 500, "test": 1000}
    for column in description.columns:
        assert 0 <= float(column.minimum or 0) < 0.1
        assert 0.9 < float(column.maximum or 0) <= 1
        assert column.treatment == "standardized"
