"""Data is loaded from what a specification names."""

from __future__ import annotations

from pathlib import Path

import pytest

from minidl_core.assembly import make_data, make_dataset
from minidl_core.errors import InputError, UnknownNameError
from minidl_core.interfaces.dataset import Data, Dataset


class Nothing(Dataset):
    """A dataset."""


@pytest.mark.parametrize("data", ["iris.csv", "data/iris", "iris.csv:target=kind", "~/iris.parquet"])
def test_a_file_given_as_data_is_answered_with_how_to_write_it(data: str) -> None:
    with pytest.raises(InputError, match=f"write table:{data}:target=COLUMN"):
        make_dataset(data)


def test_a_file_without_a_suffix_is_known_by_being_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "iris").touch()

    with pytest.raises(InputError, match="write table:iris"):
        make_dataset("iris")


def test_a_mistyped_dataset_is_no_file() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean 'disk'\?"):
        make_dataset("disc")


def test_samples_and_datasets_that_are_made_already_are_taken_as_they_are() -> None:
    dataset, data = Nothing(), object.__new__(Data)

    assert make_dataset(dataset) is dataset
    assert make_data(data, seed=0) is data
