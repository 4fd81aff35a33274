"""Tables read from files."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from minidl_core import DataError
from minidl_datasets.table.reading.file import read_table

FRAME = pl.DataFrame({"n": [1, 2], "x": [0.5, 1.5], "city": ["Bern", "Genève"], "old": [True, False]})


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_all_formats_give_the_same_table(tmp_path: Path) -> None:
    FRAME.write_csv(tmp_path / "a.csv")
    FRAME.write_csv(tmp_path / "a.TSV", separator="\t")
    FRAME.write_parquet(tmp_path / "a.parquet")
    FRAME.write_ndjson(tmp_path / "a.ndjson")
    FRAME.write_ndjson(tmp_path / "a.JSONL")
    for name in ("a.csv", "a.TSV", "a.parquet", "a.ndjson", "a.JSONL"):
        assert read_table(tmp_path / name).frame.equals(FRAME), name


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.ndjson"])
def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path, name: str) -> None:
    content = {"a.csv": "x,y\n1,2\n", "a.tsv": "x\ty\n1\t2\n", "a.ndjson": '{"x":1,"y":2}\n'}[name]
    path = written(tmp_path / name, b"\xef\xbb\xbf" + content.encode())
    assert read_table(path).frame.rows(named=True) == [{"x": 1, "y": 2}]


@pytest.mark.parametrize("name", ["a.xlsx", "a", "a.csv.gz"])
def test_an_unknown_ending_names_those_that_are_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"\.csv, \.tsv, \.parquet, \.ndjson and \.jsonl"):
        read_table(written(tmp_path / name, "x\n1\n"))


def test_an_absent_file_a_directory_and_an_empty_file_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(DataError, match="does not exist"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(DataError, match="is a directory"):
        read_table(tmp_path / "d.csv")
    for ending in ("csv", "tsv", "parquet", "ndjson"):
        with pytest.raises(DataError, match="is empty"):
            read_table(written(tmp_path / f"a.{ending}", ""))


@pytest.mark.parametrize("content", ["\n\n", " \n"])
@pytest.mark.parametrize("name", ["a.csv", "a.ndjson"])
def test_blank_lines_only_are_an_error(tmp_path: Path, name: str, content: str) -> None:
    with pytest.raises(DataError, match="blank lines only"):
        read_table(written(tmp_path / name, content))


def test_a_header_without_rows_is_an_error(tmp_path: Path) -> None:
    FRAME.clear().write_parquet(tmp_path / "a.parquet")
    for path in (written(tmp_path / "a.csv", "x,y\n"), tmp_path / "a.parquet"):
        with pytest.raises(DataError, match="no rows"):
            read_table(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.csv", b"x,y\n1,2\n1,caf\xe9\n"),
        ("header.csv", b"x,y\n1,2\n1,3\n".replace(b"x", b"\xe9")),
        ("a.ndjson", b'{"x":1}\n{"x":2}\n{"x":"\xe9"}\n'),
    ],
)
def test_bytes_that_are_not_utf_8_are_shown_with_their_line(tmp_path: Path, name: str, content: bytes) -> None:
    line = 1 if name == "header.csv" else 3
    with pytest.raises(DataError, match=rf"line {line} holds the byte 0xe9: save it as UTF-8"):
        read_table(written(tmp_path / name, content))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_utf_16_is_an_error(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(DataError, match="save it as UTF-8"):
        read_table(written(tmp_path / "a.csv", "x,y\n1,2\n".encode(encoding)))


@pytest.mark.parametrize("content", ["x,y\n1,2\n3,4,5\n", "x,y\n1,2\n3\n", "x,y\n1,2\n3,4,\n"])
def test_a_line_that_is_too_long_or_too_short_is_shown(tmp_path: Path, content: str) -> None:
    with pytest.raises(DataError, match=r"line 3 has \d values, but the header names 2 columns"):
        read_table(written(tmp_path / "a.csv", content))


def test_a_quote_that_is_not_closed_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"from line 2 on.*quotes"):
        read_table(written(tmp_path / "a.csv", 'x,y\n1,"a\n2,b\n'))


def test_a_quote_within_a_value_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="quotes"):
        read_table(written(tmp_path / "a.tsv", 'x\ty\n1\t5" pipe\n2\tz\n'))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_lines_are_no_rows(tmp_path: Path, end: str) -> None:
    lines = ["", "x,y", "1,2", "", "3,4", "  ", ""]
    assert read_table(written(tmp_path / "a.csv", end.join(lines) + end)).frame.rows() == [(1, 2), (3, 4)]


def test_a_missing_last_value_is_no_short_line(tmp_path: Path) -> None:
    assert read_table(written(tmp_path / "a.csv", "x,y\n1,\n3,4\n")).frame.rows() == [(1, None), (3, 4)]


def test_lines_that_end_in_a_carriage_return_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="end in a newline"):
        read_table(written(tmp_path / "a.csv", "x,y\r1,2\r3,4\r"))


@pytest.mark.parametrize("header", ["x,x", "x, x", '"x",x'])
def test_a_name_that_stands_twice_in_the_header_is_an_error(tmp_path: Path, header: str) -> None:
    with pytest.raises(DataError, match="names 'x' more than once"):
        read_table(written(tmp_path / "a.csv", f"{header}\n1,2\n"))


def test_a_column_without_a_name_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="column 1 has no name"):
        read_table(written(tmp_path / "a.csv", ",x\n0,2\n"))


@pytest.mark.parametrize(("separator", "written_as"), [(";", 'separator=";"'), ("\t", "separator=tab")])
def test_the_likely_separator_is_proposed(tmp_path: Path, separator: str, written_as: str) -> None:
    path = written(tmp_path / "a.csv", "x,y\n1,2\n".replace(",", separator))
    with pytest.raises(DataError, match=written_as):
        read_table(path)
    assert read_table(path, separator).frame.rows() == [(1, 2)]


def test_a_name_may_hold_the_separator_quotes_and_line_breaks(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", '"a, ""b""","c\nd"\n1,2\n')
    assert read_table(path).frame.columns == ['a, "b"', "c\nd"]


def test_the_texts_of_missing_values_are_missing(tmp_path: Path) -> None:
    texts = ["", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "?", " NA "]
    rows = "".join(f"{text},{text},0\n" for text in texts)
    frame = read_table(written(tmp_path / "a.csv", f"x,c,z\n{rows}1.5,here,0\n")).frame
    assert frame["x"].null_count() == frame["c"].null_count() == len(texts)
    assert frame["x"].dtype == pl.Float64


def test_types_follow_from_the_whole_file(tmp_path: Path) -> None:
    rows = "1\n" * 3000
    assert read_table(written(tmp_path / "a.csv", f"x\n{rows}0.5\n")).frame["x"].dtype == pl.Float64
    objects = '{"x":1}\n' * 3000
    assert read_table(written(tmp_path / "a.ndjson", objects + '{"x":0.5}\n')).frame["x"].dtype == pl.Float64


def test_spaces_and_signs_do_not_make_numbers_texts(tmp_path: Path) -> None:
    frame = read_table(written(tmp_path / "a.csv", "n, x, c\n1, +2, a \n 2, 3.5,b\n")).frame
    assert frame.rows(named=True) == [{"n": 1, "x": 2.0, "c": "a"}, {"n": 2, "x": 3.5, "c": "b"}]
    assert frame["n"].dtype == pl.Int64


def test_columns_read_as_text_keep_what_is_written(tmp_path: Path) -> None:
    assert read_table(written(tmp_path / "a.csv", "zip,n\n007,007\n"), as_text=["zip"]).frame.rows() == [("007", 7)]


def test_a_damaged_parquet_file_is_an_error(tmp_path: Path) -> None:
    FRAME.write_parquet(tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    for content in (b"hello", whole[: len(whole) // 2], whole[:-4]):
        with pytest.raises(DataError, match="no whole Parquet file") as caught:
            read_table(written(tmp_path / "a.parquet", content))
        assert caught.value.__suppress_context__


@pytest.mark.parametrize("line", ["hello", "[1]", "1", '{"x":', '{"x":NaN}'])
def test_a_line_that_is_no_json_object_is_shown(tmp_path: Path, line: str) -> None:
    with pytest.raises(DataError, match="line 3 is not a JSON object"):
        read_table(written(tmp_path / "a.ndjson", f'{{"x":1}}\n\n{line}\n'))


def test_values_of_different_types_under_one_key_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="one type under each key"):
        read_table(written(tmp_path / "a.ndjson", '{"x":{"y":1}}\n{"x":2}\n'))


def test_signs_of_patterns_in_a_file_name_are_taken_as_they_are(tmp_path: Path) -> None:
    for name in ("a[1].csv", "a*.csv"):
        assert read_table(written(tmp_path / name, "x\n1\n")).frame.rows() == [(1,)]
    FRAME.write_parquet(tmp_path / "b[1].parquet")
    FRAME.write_ndjson(tmp_path / "b[1].ndjson")
    assert read_table(tmp_path / "b[1].parquet").frame.equals(read_table(tmp_path / "b[1].ndjson").frame)


def test_places_are_lines_of_the_file(tmp_path: Path) -> None:
    table = read_table(written(tmp_path / "a.csv", '\nx,y\n1,"a\nb"\n\n2,c\n'))
    assert [table.place(row) for row in range(2)] == ["line 3", "line 6"]
    objects = read_table(written(tmp_path / "a.ndjson", '{"x":1}\n\n{"x":2}\n'))
    assert objects.place(1) == "line 3"
