"""The CSV reader: equals Python's strict reader at all sizes, and is as fast as polars."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from minidl_core import DataError
from minidl_datasets.table.reading import csv as reading
from minidl_datasets.table.reading import csv_layout
from minidl_datasets.table.reading.csv import read_csv
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.file import read_table
from minidl_datasets.table.reading.polars_reader import read_with_polars
from minidl_datasets.table.reading.records import SeparatedText

MANY = (1 << 16) + 1000
"""More rows than readers sample first."""

Row = tuple[str | None, ...]


def text_of(content: str | bytes, separator: str | None = None) -> SeparatedText:
    encoded = content if isinstance(content, bytes) else content.encode()
    return SeparatedText.of(Path("a.csv"), encoded, separator)


def rows_of(content: str | bytes, separator: str | None = None) -> list[Row]:
    return read_csv(text_of(content, separator)).frame.rows()


def rows_by_strict_reader(content: str, width: int) -> list[Row]:
    """Return the rows without surrounding spaces; an empty value is None; blank lines are skipped."""
    lines = list(io.StringIO(content, newline=""))
    reader, rows, before = csv.reader(lines, strict=True), [], 0
    for fields in reader:
        single = reader.line_num == before + 1
        if not (single and not lines[before].strip() and "," not in lines[before]):
            assert len(fields) == width
            rows.append(tuple(field.strip() or None for field in fields))
        before = reader.line_num
    return rows[1:]


def never(*_: object) -> None:
    pytest.fail("read by Python, record by record")


PIECES = st.lists(st.sampled_from(["a", "1", ",", '"', '""', "\n", "\r\n", "\r", " ", ',"', '",', '"\n']), max_size=12)


@hypothesis_settings(deadline=None)
@given(body=PIECES.map("".join), width=st.integers(1, 3), block=st.sampled_from([1, 2, 5, 1 << 18]))
@example(body=",,aa\na,\n,,aa,", width=3, block=1)
@example(body='"5 \\" tube",b\na,b\n', width=2, block=1)
def test_the_result_equals_that_of_a_strict_reader(body: str, width: int, block: int) -> None:
    content = ",".join(f"h{position}" for position in range(width)) + "\n" + body
    try:
        expected = rows_by_strict_reader(content, width)
    except (csv.Error, AssertionError):
        expected = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_layout, "BLOCK", block)
        try:
            columns = read_csv(text_of(content))
        except DataError:
            assert expected is None
        else:
            assert columns.row_names or columns.frame.rows() == expected


@hypothesis_settings(deadline=None)
@given(
    rows=st.lists(st.lists(st.text('a1", \n', max_size=4), min_size=2, max_size=2), min_size=1, max_size=6),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
)
def test_the_output_of_a_csv_writer_is_read(rows: list[list[str]], end: str, last: bool) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator=end).writerows([["x", "y"], *rows])
    content = file.getvalue() if last else file.getvalue().removesuffix(end)
    assert rows_of(content) == [tuple(field.strip() or None for field in row) for row in rows]


REGULAR = {
    "numbers": ("x,y", lambda row: f"{row},{row / 7}"),
    "missing last values": ("x,y", lambda row: f"{row},{row if row % 3 else ''}"),
    "all quoted": ('"x","y"', lambda row: f'"{row}","a{row}"'),
    "separators and line breaks in quotes": ("x,y", lambda row: f'{row},"a, {row}\nb"'),
    "quotes in quotes": ("x,y", lambda row: f'{row},"5"" {row}"'),
    "blank lines": ("x,y", lambda row: f"{row},a" + "\n" * (row % 5 == 0)),
    "blank lines and quotes": ("x,y", lambda row: f'{row},"a\n"' + "\n \t" * (row % 5 == 0)),
    "one column": ("x", lambda row: f"{row}"),
    "one column with empty quoted values": ("x", lambda row: f"{row}" if row % 2 else '""'),
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("case", REGULAR)
def test_ordinary_files_of_many_rows_are_read_only_by_polars(
    monkeypatch: pytest.MonkeyPatch, case: str, end: str
) -> None:
    header, line = REGULAR[case]
    content = "\n".join([header, *map(line, range(MANY))]).replace("\n", end) + end
    expected = rows_by_strict_reader(content, header.count(",") + 1)
    monkeypatch.setattr(reading, "_from_records", never)
    assert len(expected) == MANY
    assert rows_of(content) == expected


@pytest.mark.parametrize(
    "odd", ['5" pipe', 'a"b"', ' "a"', 'a""', '"a" "b"'[1:]], ids=["inches", "within", "after a space", "after", "two"]
)
@pytest.mark.parametrize("at", [0, MANY - 1])
def test_quotes_in_unquoted_values_are_literal(at: int, odd: str) -> None:
    lines = [f"{row},{odd if row == at else 'b'}" for row in range(MANY)]
    rows = rows_of("x,y\n" + "\n".join(lines) + "\n")
    assert len(rows) == MANY
    assert rows[at] == (str(at), odd.strip())


@pytest.mark.parametrize("odd", [r'"5 \" tube"', '"a"b', '"a" ', '\'"a"\'"b'[1:]])
@pytest.mark.parametrize("before", [0, 3, MANY])
def test_text_after_a_closing_quote_is_an_error_with_its_line(before: int, odd: str) -> None:
    content = "x,y\n" + '1,"a"\n' * before + f"1,{odd}\n" + '2,"b"\n' * 5
    with pytest.raises(DataError, match=rf"malformed from line {before + 2} on .*the closing quote"):
        rows_of(content)


def test_two_stray_quotes_do_not_swallow_the_rows_between_them(tmp_path: Path) -> None:
    lines = [
        f"{row},{name},{'ab'[row % 2]}" for row in range(40) for name in ['"5 \\" tube"' if row in {9, 20} else '"mid"']
    ]
    path = tmp_path / "a.csv"
    path.write_text("x,name,y\n" + "\n".join(lines) + "\n")
    with pytest.raises(DataError, match="from line 11 on"):
        read_table(path)


@pytest.mark.parametrize("before", [1, MANY])
@pytest.mark.parametrize(
    ("line", "values"), [("3,4,5", "3 values"), ("3", "1 value"), ("3,4,", "3 values"), ('"3,4"', "1 value")]
)
@pytest.mark.parametrize("filler", ["1,2\n", '"1",2\n', "1,\n"])
def test_a_line_that_is_too_long_or_too_short_is_shown(before: int, line: str, values: str, filler: str) -> None:
    content = "x,y\n" + filler * before + line + "\n" + filler * 3
    with pytest.raises(DataError, match=rf"line {before + 2} has {values}, but the header names 2 columns"):
        rows_of(content)


def test_long_and_short_lines_do_not_make_up_for_each_other() -> None:
    with pytest.raises(DataError, match="line 3 has 1 value"):
        rows_of("x,y\n1,2\n3\n4,5,\n")


@pytest.mark.parametrize("content", ['x,y\n1,"a\n2,b\n', 'x,y\n1,a\n2,"b\n', '"x,y\n1,2\n'])
def test_a_quote_that_is_not_closed_is_an_error(content: str) -> None:
    with pytest.raises(DataError, match="a quote is never closed"):
        rows_of(content)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blank_lines_are_not_rows(end: str) -> None:
    lines = ["", "x,y", "", "1,2", "", "3,4", "  ", ""]
    assert rows_of(end.join(lines) + end) == [("1", "2"), ("3", "4")]


def test_an_empty_value_in_quotes_is_a_row_of_one_column() -> None:
    assert rows_of('x\n1\n\n""\n') == [("1",), (None,)]


def test_texts_have_no_spaces_around_them_and_empty_ones_are_missing() -> None:
    assert rows_of('x , y\n 1, +2\n , NA\n"", " a b "\n') == [("1", "+2"), (None, "NA"), (None, '" a b "')]


def test_texts_stay_what_is_written() -> None:
    assert rows_of("x,y\n007,1e5\n1.50,TRUE\n") == [("007", "1e5"), ("1.50", "TRUE")]


@pytest.mark.parametrize("header", ["x,x", "x, x", '"x",x', "gro\u0308sse,gr\u00f6sse"])
def test_a_duplicate_name_in_the_header_is_an_error(header: str) -> None:
    with pytest.raises(DataError, match="more than once"):
        rows_of(f"{header}\n1,2\n")


def test_an_error_below_a_line_that_names_the_separator_has_the_line_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=;\nx;y\n1;2\n3\n")
    with pytest.raises(DataError, match="line 4 has 1 value"):
        read_table(path, Dialect())


def test_a_name_may_contain_the_separator_quotes_and_line_breaks() -> None:
    columns = read_csv(text_of('"a, ""b""","c\nd"\n1,2\n3,4\n'))
    assert columns.frame.columns == ['a, "b"', "c\nd"]
    assert columns.frame.rows() == [("1", "2"), ("3", "4")]


def test_a_long_text_is_read_whole() -> None:
    long = "a, b\n" * 50_000
    assert rows_of(f'x,y\n1,"{long}"\n') == [("1", long.strip())]


@pytest.mark.parametrize(
    "content",
    [
        '"x","y"\n"a",1,2\n"b",3,4\n',
        "x,y\n1,1,2\n2,3,4\n",
        "x,y\n\na,,2\nb,3,4\n",
    ],
)
def test_a_header_that_is_one_name_short_leaves_the_row_names_without_one(content: str) -> None:
    columns = read_csv(text_of(content))
    assert columns.frame.columns == ["row_names", "x", "y"]
    assert columns.row_names == "row_names"
    assert columns.frame["y"].to_list() == ["2", "4"]


@pytest.mark.parametrize(
    "rows", ["a,1,2\nb,3\n", "a,1,2\na,3,4\n", "1,2,\n3,4,\n", "0.5,1,2\n1.5,3,4\n"],
    ids=["not every line", "names that do not differ", "lines that end in a separator", "decimal numbers"],
)  # fmt: skip
def test_other_lines_that_are_too_long_have_no_row_names(rows: str) -> None:
    with pytest.raises(DataError, match="line 2 has 3 values, but the header names 2 columns"):
        rows_of(f"x,y\n{rows}")


@pytest.mark.parametrize("kept", [pl.all().head(1), pl.nth(0), None], ids=["a row less", "a column less", "nothing"])
def test_files_that_polars_reads_differently_are_read_by_python(
    monkeypatch: pytest.MonkeyPatch, kept: pl.Expr | None
) -> None:
    def careless(*arguments: object, **settings: object) -> pl.DataFrame | None:
        frame = read_with_polars(*arguments, **settings)  # type: ignore[arg-type]
        return None if kept is None or frame is None else frame.select(kept)

    monkeypatch.setattr(reading, "read_with_polars", careless)
    assert rows_of("x,y\n1,2\n3,4\n") == [("1", "2"), ("3", "4")]
