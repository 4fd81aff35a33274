"""Data is loaded from what a specification names."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from minidl_core.assembly import make_data, make_dataset
from minidl_core.errors import InputError, SpecError, UnknownNameError
from minidl_core.interfaces.dataset import Data, Dataset
from minidl_core.spec import ComponentSpec, parse_component


class Nothing(Dataset):
    """A dataset."""


@pytest.mark.parametrize(
    ("data", "written"),
    [
        ("iris.csv", "table:iris.csv:target=COLUMN"),
        ("data/iris", "table:data/iris:target=COLUMN"),
        ("iris.csv:target=kind", "table:iris.csv:target=kind"),
        ("~/iris.parquet", "table:~/iris.parquet:target=COLUMN"),
        ("iris (1).csv", """'table:"iris (1).csv":target=COLUMN'"""),
        ("iris,1.csv:target=kind", """'table:"iris,1.csv":target=kind'"""),
        (r"C:\data\iris.csv", r"""'table:"C:\data\iris.csv":target=COLUMN'"""),
    ],
)
def test_a_file_given_as_data_is_answered_with_how_to_write_it(data: str, written: str) -> None:
    with pytest.raises(InputError, match=f"is not a dataset; to train on a file, write {re.escape(written)}$"):
        make_dataset(data)
    assert "table" in str(make_part_of(written))


def make_part_of(written: str) -> ComponentSpec:
    """Return what a shell and the grammar make of a specification."""
    (text,) = shlex.split(written)
    return parse_component(text)


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ("table:iris (1).csv:target=kind", "iris (1).csv"),
        ("table:x/a=b/iris.csv:target=kind:ignore=x", "x/a=b/iris.csv"),
        ("table:iris,new.csv", "iris,new.csv"),
        ("table:https://example.org/iris,new.csv:target=kind", "https://example.org/iris,new.csv"),
    ],
)
def test_a_path_that_needs_quotes_is_shown_in_quotes(data: str, path: str) -> None:
    with pytest.raises(InputError, match="needs quotes") as caught:
        make_dataset(data)
    spec = make_part_of(str(caught.value).rpartition("--data ")[2])
    assert spec.arguments[0].value == path
    assert str(spec).partition('":')[2] == data.partition(path)[2].removeprefix(":")


@pytest.mark.parametrize("data", ["table:iris(1).csv:target=(", "tabel:iris(1).csv:target=kind", "disk:train=("])
def test_other_mistakes_in_the_grammar_are_shown_where_they_are(data: str) -> None:
    with pytest.raises(SpecError, match="expected"):
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
