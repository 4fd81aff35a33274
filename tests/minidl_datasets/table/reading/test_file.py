"""Reading tables from files: accepted files, and rules common to all formats."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import polars as pl
import pytest

from minidl_core import DataError
from minidl_datasets.table.reading.file import read_table

FRAME = pl.DataFrame({"n": [1, 2], "x": [0.5, 1.5], "city": ["Bern", "Genève"], "old": [True, False]})
TEXTS = FRAME.cast(pl.String)
WRITTEN = {
    "a.csv": "n,x,city,old\n1,0.5,Bern,true\n2,1.5,Genève,false\n",
    "a.TSV": "n\tx\tcity\told\n1\t0.5\tBern\ttrue\n2\t1.5\tGenève\tfalse\n",
    "a.ndjson": '{"n":1,"x":0.5,"city":"Bern","old":true}\n{"n":2,"x":1.5,"city":"Genève","old":false}\n',
}


def write_file(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("name", WRITTEN)
def test_files_of_text_are_read_also_compressed_and_with_a_byte_order_mark(
    tmp_path: Path, name: str, mark: bytes, compressed: bool
) -> None:
    content = mark + WRITTEN[name].encode()
    name, content = (f"{name}.gz", gzip.compress(content)) if compressed else (name, content)
    frame = read_table(write_file(tmp_path / name, content)).frame
    assert frame.equals(FRAME if "ndjson" in name else TEXTS)


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    FRAME.write_parquet(tmp_path / "a.parquet")
    assert read_table(tmp_path / "a.parquet").frame.equals(FRAME)


@pytest.mark.parametrize("name", ["a.xlsx", "a", "a.parquet.gz", "a.gz"])
def test_an_unknown_ending_names_those_that_are_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"\.csv, \.tsv, \.parquet, \.ndjson and \.jsonl"):
        read_table(write_file(tmp_path / name, "x\n1\n"))


def fifo(path: Path) -> None:
    os.mkfifo(path)


def loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("none.csv", None, "does not exist"),
        ("none/a.csv", None, "does not exist"),
        ("d.csv", Path.mkdir, "is a directory"),
        ("d", Path.mkdir, "is a directory"),
        ("f.csv", fifo, "is not a regular file"),
        ("l.csv", loop, "cannot be read"),
        ("e.csv", Path.touch, "is empty"),
        ("e.parquet", Path.touch, "is empty"),
        ("e.ndjson", Path.touch, "is empty"),
        ("a" * 300 + ".csv", None, "cannot be read: File name too long"),
        ("a\0b.csv", None, "NUL character"),
        ("~nobody-at-all/a.csv", None, "home directory"),
        ("https://example.org/a.csv", None, "https://example.org/a.csv is a web address: download the file"),
        ("s3://bucket/a.parquet", None, "is a web address: download the file"),
    ],
)
def test_a_path_that_is_not_a_file_is_an_error_with_the_reason(tmp_path: Path, name, make, message: str) -> None:
    path = Path(name) if make is None and name[:1] in "~hs" else tmp_path / name
    if make is not None:
        make(path)
    with pytest.raises(DataError, match=message):
        read_table(path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="all files can be read here")
def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    write_file(tmp_path / "a.csv", "x\n1\n").chmod(0)
    with pytest.raises(DataError, match="cannot be read: Permission denied"):
        read_table(tmp_path / "a.csv")


@pytest.mark.parametrize("damage", ["no gzip", "cut off", "other bytes"])
def test_a_damaged_gzip_file_is_an_error(tmp_path: Path, damage: str) -> None:
    whole = gzip.compress(b"x,y\n1,2\n")
    content = {"no gzip": b"hello", "cut off": whole[:-6], "other bytes": whole[:-9] + b"?" * 9}[damage]
    with pytest.raises(DataError, match="not a complete gzip file"):
        read_table(write_file(tmp_path / "a.csv.gz", content))


@pytest.mark.parametrize("content", ["\n\n", " \n", "\r\n\t\r\n"])
@pytest.mark.parametrize("name", ["a.csv", "a.ndjson"])
def test_blank_lines_only_are_an_error(tmp_path: Path, name: str, content: str) -> None:
    with pytest.raises(DataError, match="contains only blank lines"):
        read_table(write_file(tmp_path / name, content))


def test_a_header_without_rows_is_an_error(tmp_path: Path) -> None:
    FRAME.clear().write_parquet(tmp_path / "a.parquet")
    for path in (
        write_file(tmp_path / "a.csv", "x,y\n"),
        write_file(tmp_path / "b.csv", "x,y"),
        tmp_path / "a.parquet",
    ):
        with pytest.raises(DataError, match="no rows"):
            read_table(path)


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("rows.csv", b"x,y\n1,2\n1,caf\xe9\n", 3),
        ("header.csv", b"\xe9,y\n1,2\n1,3\n", 1),
        ("quoted.csv", b'x,y\n1,"a\nb"\n1,"caf\xe9"\n', 4),
        ("a.ndjson", b'{"x":1}\n{"x":2}\n{"x":"\xe9"}\n', 3),
    ],
)
def test_bytes_that_are_not_utf_8_are_shown_with_their_line(
    tmp_path: Path, name: str, content: bytes, line: int
) -> None:
    with pytest.raises(DataError, match=rf"line {line} contains the byte 0xe9\): save it as UTF-8"):
        read_table(write_file(tmp_path / name, content))


@pytest.mark.parametrize("name", ["a.csv", "a.ndjson"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_is_an_error(tmp_path: Path, name: str, encoding: str) -> None:
    with pytest.raises(DataError, match="save it as UTF-8"):
        read_table(write_file(tmp_path / name, WRITTEN[name].encode(encoding)))


def test_pattern_characters_in_a_file_name_are_literal(tmp_path: Path) -> None:
    for name in ("a[1].csv", "a*.csv"):
        assert read_table(write_file(tmp_path / name, "x\n1\n")).frame.rows() == [("1",)]
    FRAME.write_parquet(tmp_path / "b[1].parquet")
    assert read_table(tmp_path / "b[1].parquet").frame.equals(FRAME)


def test_places_are_lines_of_the_file(tmp_path: Path) -> None:
    table = read_table(write_file(tmp_path / "a.csv", '\nx,y\n1,"a\nb"\n\n2,c\n'))
    assert [table.place(row) for row in range(2)] == ["line 3", "line 6"]
    table = read_table(write_file(tmp_path / "b.csv", 'sep=;\n\nx;y\n1;"a\nb"\n\n2;c\n'))
    assert [table.place(row) for row in range(2)] == ["line 4", "line 7"]
    objects = read_table(write_file(tmp_path / "a.ndjson", '{"x":1}\n\n{"x":2}\n'))
    assert objects.place(1) == "line 3"
