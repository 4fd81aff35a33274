"""Parquet files, and panics in the readers of polars."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import polars as pl
import pytest
from polars.exceptions import PanicException

from minidl_core import DataError
from minidl_datasets.table.reading.file import read_table
from minidl_datasets.table.reading.polars_reader import read_with_polars

FRAME = pl.DataFrame({"n": [1, 2], "city": ["Bern", "Genève"]})


def whole(folder: Path, frame: pl.DataFrame = FRAME) -> bytes:
    frame.write_parquet(folder / "whole.parquet")
    return (folder / "whole.parquet").read_bytes()


def damaged(content: bytes) -> list[bytes]:
    """Return files with bytes removed or replaced, most of which no reader expects."""
    middle = len(content) // 2
    changed = [content[:at] + b"\xff" * 4 + content[at + 4 :] for at in range(4, len(content) - 8, 3)]
    return [b"hello", b"PAR1", content[:middle], content[:-4], b"PAR1" + b"\xff" * 100 + b"PAR1", *changed]


def test_damaged_files_give_an_error_or_a_table_and_print_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    refused = 0
    for content in damaged(whole(tmp_path)):
        (tmp_path / "a.parquet").write_bytes(content)
        try:
            read_table(tmp_path / "a.parquet")
        except DataError as error:
            refused += 1
            assert "panic" not in str(error)
            assert error.__suppress_context__ or error.__cause__ is None
    assert refused > 20
    printed = capfd.readouterr()
    assert printed.out == printed.err == ""


def test_output_to_stderr_is_discarded_only_if_a_reader_panics(capfd: pytest.CaptureFixture[str]) -> None:
    def reader(source: str) -> pl.DataFrame:
        os.write(2, source.encode())
        if "panicked" in source:
            raise PanicException(source)
        return FRAME

    assert read_with_polars(reader, "thread panicked at somewhere.rs") is None
    assert capfd.readouterr().err == ""
    assert read_with_polars(reader, "a warning") is FRAME
    assert capfd.readouterr().err == "a warning"


def test_other_errors_are_raised_and_stderr_is_restored(capfd: pytest.CaptureFixture[str]) -> None:
    def reader(_: str) -> NoReturn:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_with_polars(reader, "a")
    sys.stderr.write("still here\n")
    sys.stderr.flush()
    assert capfd.readouterr().err == "still here\n"


def test_a_file_without_stderr_is_read(tmp_path: Path) -> None:
    whole(tmp_path)
    kept = os.dup(2)
    os.close(2)
    try:
        assert read_table(tmp_path / "whole.parquet").frame.equals(FRAME)
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@pytest.mark.parametrize("name", ["", "__index_level_0__"])
def test_a_column_of_row_names_is_recognized(tmp_path: Path, name: str) -> None:
    whole(tmp_path, FRAME.select(pl.lit(1).alias(name) if not name else "n", pl.col("n").alias(name or "m")))
    source = read_table(tmp_path / "whole.parquet")
    assert source.row_names == "row_names"
    assert list(source.notices) == ["row_names"]
