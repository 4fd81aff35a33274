"""Files as spreadsheets, R and pandas write them, from the specification to the data."""

from __future__ import annotations

import gzip
import shlex
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import torch

from minidl_core import Data, DataError, SettingError
from minidl_core.assembly.data_loading import make_dataset
from minidl_core.spec import Argument
from minidl_datasets.table import Table

ROWS = 24


def lines(*columns: list[Any], separator: str = ",") -> str:
    return "".join(separator.join(map(str, row)) + "\n" for row in zip(*columns, strict=True))


X, Y = [row * 7 % ROWS for row in range(ROWS)], [f"{row}.5" for row in range(ROWS)]
PLAIN = "x,y\n" + lines(X, Y)


def loaded(path: Path, content: str | bytes, settings: str = "target=y") -> Data:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return make_dataset(f"table:{Argument(str(path))}:{settings}").load(0)


def same(one: Data, other: Data) -> bool:
    return one.train.inputs.equal(other.train.inputs) and one.train.targets.equal(other.train.targets)


@pytest.fixture
def plain(tmp_path: Path) -> Data:
    return loaded(tmp_path / "plain.csv", PLAIN)


@pytest.mark.parametrize(
    ("name", "content", "settings"),
    [
        ("excel.csv", "sep=;\r\n" + PLAIN.replace(",", ";").replace("\n", "\r\n"), "target=y"),
        ("bom.csv", b"\xef\xbb\xbf" + PLAIN.encode(), "target=y"),
        ("zipped.csv.gz", gzip.compress(PLAIN.encode()), "target=y"),
        ("zipped.tsv.gz", gzip.compress(PLAIN.replace(",", "\t").encode()), "target=y"),
        ("blanks.csv", PLAIN.replace(",", " "), "target=y:separator=space"),
        ("comma.csv", PLAIN.replace(",", ";").replace(".", ","), 'target=y:separator=";":decimal=","'),
        ("write_csv.csv", '"","x","y"\n' + lines([f'"{row}"' for row in range(ROWS)], X, Y), "target=y"),
        ("to_csv.csv", ",x,y\n" + lines(list(range(ROWS)), X, Y), "target=y:ignore=row_names"),
        ("write_table.csv", '"x","y"\n' + lines([f'"r{row}"' for row in range(ROWS)], X, Y), "target=y"),
        ("trailing.csv", "x,y,\n" + lines(X, Y, [""] * ROWS), "target=y"),
        ("data (1), new=2.csv", PLAIN, "target=y"),
    ],
)
def test_an_odd_file_gives_the_data_of_a_plain_file(tmp_path: Path, plain: Data, name, content, settings: str) -> None:
    data = loaded(tmp_path / name, content, settings)
    assert data.feature_names == ("x",)
    assert same(data, plain)


@pytest.mark.parametrize("header", ["gro\u0308sse", "gr\u00f6sse"])
@pytest.mark.parametrize("asked", ["gro\u0308sse", "gr\u00f6sse"])
@pytest.mark.parametrize("ending", ["csv", "ndjson", "parquet"])
def test_names_in_any_unicode_form_are_the_same_names(tmp_path: Path, header: str, asked: str, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    frame = pl.DataFrame({header: X, "y": [float(text) for text in Y]})
    getattr(frame, f"write_{ending}")(path)
    data = Table(path, asked).load(0)
    assert data.target_names == ("gr\u00f6sse",)
    data = Table(path, "y", categorical=asked, max_categories=ROWS, test=path).load(0)
    assert data.feature_names[0] == "gr\u00f6sse=0"
    assert data.preprocessing is not None
    assert data.preprocessing.transform(frame.rename({header: asked})).equal(data.train.inputs)
    with pytest.raises(DataError, match="no column left"):
        Table(path, "y", ignore=asked).load(0)


LONG = [f"{'9' * 60}{row}" for row in range(ROWS)]


@pytest.mark.parametrize(
    "values",
    [
        LONG,
        [f"1e{300 + row}" for row in range(ROWS)],
        ["inf"] * ROWS,
        [f"CHF {row}" for row in range(ROWS)],
        ["2024-02-30"] * ROWS,
        ["5,5"] * ROWS,
    ],
)
def test_a_column_that_is_ignored_is_not_parsed(tmp_path: Path, plain: Data, values: list[str]) -> None:
    content = "id,x,y\n" + lines([f'"{value}"' for value in values], X, Y)
    assert same(loaded(tmp_path / "a.csv", content, "target=y:ignore=id"), plain)


@pytest.mark.parametrize("value", ["1" * 60, "1e999", "[1, {}]", '{"a": 1}', '"a"', "true"])
def test_an_ignored_key_may_contain_anything(tmp_path: Path, plain: Data, value: str) -> None:
    objects = [
        f'{{"id":{value if row % 2 else 3},"x":{x},"y":{y}}}\n' for row, (x, y) in enumerate(zip(X, Y, strict=True))
    ]
    assert same(loaded(tmp_path / "a.ndjson", "".join(objects), "target=y:ignore=id"), plain)


@pytest.mark.parametrize(
    ("texts", "settings", "value"),
    [
        (["1'234,5", "12,25"], 'decimal=",":thousands="\'"', 1234.5),
        (["1\u2019234,5", "12,25"], 'decimal=",":thousands="\'"', 1234.5),
        (["1.234,5", "12,25"], 'decimal=",":thousands=.', 1234.5),
        (["1,234.5", "12.25"], 'thousands=","', 1234.5),
        (["1 234.5", "12.25"], "thousands=space", 1234.5),
        (["1\u202f234.5", "12.25"], "thousands=space", 1234.5),
    ],
)
def test_numbers_in_another_format_are_read_if_settings_say_so(
    tmp_path: Path, texts: list[str], settings: str, value: float
) -> None:
    content = "x;y\n" + lines(texts * (ROWS // 2), X, separator=";")
    data = loaded(tmp_path / "a.csv", content, f'target=y:separator=";":standardize=false:{settings}')
    assert data.feature_names == ("x",)
    assert set(data.train.inputs[:, 0].tolist()) == {value, 12.25}
    assert data.preprocessing is not None
    new = data.preprocessing.transform({"x": texts})
    torch.testing.assert_close(new[:, 0], torch.tensor([value, 12.25], dtype=new.dtype))


def test_texts_for_missing_values_can_be_set(tmp_path: Path) -> None:
    content = "x,country,y\n" + lines(["-", *X[1:]], ["NA", "CH"] * (ROWS // 2), Y)
    data = loaded(tmp_path / "a.csv", content, "target=y:missing_values=-+n/a:missing=mean")
    assert data.feature_names == ("x", "country=CH", "country=NA")
    assert data.preprocessing is not None
    new = data.preprocessing.transform({"x": ["-", "", "n/a"], "country": ["NA", "NA", "NA"]})
    assert new.tolist() == [[0.0, 0.0, 1.0]] * 3


def test_an_empty_setting_leaves_only_empty_values_missing(tmp_path: Path) -> None:
    content = "country,y\n" + lines(["NA", "None", "?", ""] * (ROWS // 4), Y)
    data = loaded(tmp_path / "a.csv", content, 'target=y:missing_values="":missing=mean')
    assert data.feature_names == ("country=?", "country=NA", "country=None")


@pytest.mark.parametrize(
    "settings",
    [{"decimal": value} for value in ("", ";", "5", ".,", "comma")]
    + [{"thousands": value} for value in ("ab", ".", "5", "x", "-", "+", '"')]
    + [{"decimal": ",", "thousands": ","}],
)
def test_settings_of_a_dialect_are_checked(settings: dict[str, str]) -> None:
    with pytest.raises(SettingError, match=f"table: {list(settings)[-1]} must be"):
        Table(Path("a.csv"), "y", **settings)


def test_row_names_give_a_notice_and_may_be_absent_later(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    data = loaded(path, ",x,y\n" + lines([f"r{row}" for row in range(ROWS)], X, Y))
    (notice,) = (notice for notice in data.notices if "row names" in notice.message)
    assert "row_names" in notice.message
    ignored = loaded(path, path.read_text(), "target=y:ignore=row_names")
    assert not any("row names" in notice.message for notice in ignored.notices)
    assert same(data, ignored)
    (tmp_path / "new.csv").write_text(PLAIN)
    assert data.preprocessing is not None
    assert data.preprocessing.transform(tmp_path / "new.csv").equal(data.preprocessing.transform(path))
    assert Table(path, "y", test=tmp_path / "new.csv").load(0).rows["test"] == ROWS


def test_another_separator_is_reported_with_all_other_problems(tmp_path: Path) -> None:
    rows = [[f"n{row}", f"{row},5", f"{row + 1:02}.03.2024", "ab"[row % 2]] for row in range(ROWS)]
    content = "name;price;day;y\r\n" + "".join(";".join(row) + "\r\n" for row in rows)
    with pytest.raises(DataError, match='has 4 problems:\n- the only column is.*write separator=";"') as caught:
        loaded(tmp_path / "excel.csv", content)
    (specification,) = shlex.split(str(caught.value).rpartition("Proposed: --data ")[2])
    data = make_dataset(specification).load(0)
    assert set(data.feature_names) == {"price", "day.day", "day.weekday", "day.days"}
    with pytest.raises(DataError, match='the only column is.*write separator=";"$'):
        loaded(tmp_path / "excel.csv", content, "target=z")


@pytest.mark.parametrize("setting", ["categorical", "dates"])
def test_row_names_that_are_listed_as_an_input_are_an_error(tmp_path: Path, setting: str) -> None:
    content = ",x,y\n" + lines(list(range(ROWS)), X, Y)
    with pytest.raises(DataError, match="the column 'row_names' contains the row names and is not an input"):
        loaded(tmp_path / "to_csv.csv", content, f"target=y:{setting}=row_names")
