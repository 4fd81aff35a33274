"""The kinds of columns, decided alike in all formats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from minidl_core import Data, DataError
from minidl_datasets.table import Table

ROWS = 40
ENDINGS = ("csv", "ndjson", "parquet")

pytestmark = pytest.mark.parametrize("ending", ENDINGS)


def stored(folder: Path, ending: str, values: Sequence[Any]) -> Path:
    """Write a table whose input `x` repeats the values, with an input `z` and a target."""
    repeated = [values[row % len(values)] for row in range(max(ROWS, len(values)))]
    z = [row * row for row in range(len(repeated))]
    frame = pl.DataFrame({"x": repeated, "z": z, "y": ["ab"[row % 3 == 0] for row in range(len(z))]})
    path = folder / f"table.{ending}"
    getattr(frame, f"write_{ending}")(path)
    return path


def loaded(path: Path, **settings: Any) -> Data:
    return Table(path, "y", standardize=False, seed=0, **settings).load(0)


def inputs_of(path: Path, **settings: Any) -> list[list[float]]:
    data = loaded(path, **settings)
    return [*data.train.inputs.tolist(), *data.test.inputs.tolist()]


def names_of(path: Path, **settings: Any) -> tuple[str, ...]:
    """Return the names of the inputs from `x`."""
    return tuple(name for name in loaded(path, **settings).feature_names if name != "z")


@pytest.mark.parametrize(
    "texts",
    [
        [f"CHF {1000 + 37 * row}" for row in range(ROWS)],
        [f"{row} kg" for row in range(ROWS)],
        [f"{row}%" for row in range(ROWS)],
        [f"Person {chr(65 + row)}" for row in range(ROWS)],
        [f"{row % 12 + 1}/86 {row}" for row in range(ROWS)],
        [f"u{row // 2 if row < 10 else row}" for row in range(ROWS)],
    ],
)
def test_texts_that_identify_rows_are_not_categories(tmp_path: Path, ending: str, texts: list[str]) -> None:
    path = stored(tmp_path, ending, texts)
    with pytest.raises(DataError, match=r"column 'x' .*ignore=x, or categorical=x if each is a category") as caught:
        loaded(path)
    assert str(caught.value).endswith(":ignore=x:seed=0")
    assert len(names_of(path, categorical="x")) > ROWS // 2
    assert not names_of(path, ignore="x")


def test_texts_with_two_rows_each_are_categories_and_with_fewer_not(tmp_path: Path, ending: str) -> None:
    assert len(names_of(stored(tmp_path, ending, [f"c{row // 2}" for row in range(ROWS)]))) <= ROWS // 2
    with pytest.raises(DataError, match="has 21 different texts in 40 rows, such as 'c0', so it identifies rows"):
        loaded(stored(tmp_path, ending, [f"c{row // 2}" for row in range(ROWS - 1)] + ["other"]))


@pytest.mark.parametrize(
    "texts",
    [
        ["1", "-2", "+3", "04", "5000000"],
        ["1.5", ".5", "2.", "-1e-3", "1E5"],
        [" 1", "2 ", "3"],
        ["9007199254740993", "-9007199254740993"],
    ],
)
def test_texts_that_are_all_numbers_are_numbers(tmp_path: Path, ending: str, texts: list[str]) -> None:
    rows = inputs_of(stored(tmp_path, ending, texts))
    assert {row[0] for row in rows} == {float(text) for text in texts}


@pytest.mark.parametrize("texts", [["inf", "sup"], ["nan-type", "inf"], ["infinity", "low", "high"], ["x", "1", "y"]])
def test_words_among_texts_are_texts(tmp_path: Path, ending: str, texts: list[str]) -> None:
    assert set(names_of(stored(tmp_path, ending, texts))) == {f"x={text}" for text in texts}


@pytest.mark.parametrize("texts", [["True", "False"], ["true", "false"], ["TRUE", "FALSE"], [True, False]])
def test_truth_values_are_one_input_of_0_and_1(tmp_path: Path, ending: str, texts: list[Any]) -> None:
    path = stored(tmp_path, ending, texts)
    assert [row[0] for row in inputs_of(path)] == [row[0] for row in inputs_of(stored(tmp_path, ending, [1, 0]))]
    assert names_of(stored(tmp_path, ending, texts), categorical="x") == ("x=false", "x=true")


@pytest.mark.parametrize("placeholder", ["-", "--", ".", "none", "unknown", "#VALUE!", "n.a.", "missing", "inf"])
@pytest.mark.parametrize("share", [2, 5])
def test_a_text_among_numbers_is_an_error_with_the_solutions(
    tmp_path: Path, ending: str, placeholder: str, share: int
) -> None:
    texts = [str(row) if row % share == 0 else placeholder for row in range(ROWS)]
    path = stored(tmp_path, ending, texts)
    with pytest.raises(DataError, match="column 'x' contains texts among its numbers.*missing_values=") as caught:
        loaded(path)
    assert {"csv": "(line 3)", "ndjson": "(line 2)", "parquet": "(row 2)"}[ending] in str(caught.value)
    found = inputs_of(path, missing_values=placeholder, missing="mean")
    nulls = [text if text != placeholder else None for text in texts]
    assert found == inputs_of(stored(tmp_path, ending, nulls), missing="mean")


def test_several_usual_texts_among_numbers_are_an_error_with_the_solutions(tmp_path: Path, ending: str) -> None:
    path = stored(tmp_path, ending, [*map(str, range(ROWS - 3)), "-", "none", "missing"])
    with pytest.raises(DataError, match=r"missing_values=-\+none\+missing if that marks a missing value"):
        loaded(path)


def test_a_letter_among_a_few_whole_numbers_is_proposed_as_a_category(tmp_path: Path, ending: str) -> None:
    path = stored(tmp_path, ending, ["K", "1", "2", "3", "4"])
    with pytest.raises(DataError, match="missing_values=K if that marks a missing value") as caught:
        loaded(path)
    assert str(caught.value).endswith(":categorical=x:seed=0")


def test_a_proposed_list_of_missing_values_keeps_those_that_the_table_has(tmp_path: Path, ending: str) -> None:
    texts = [*map(str, range(ROWS - 8)), *["-"] * 4, *["NA"] * 4]
    with pytest.raises(DataError, match=r"missing_values=-\+NA"):
        loaded(stored(tmp_path, ending, texts))


def test_a_proposed_list_of_missing_values_keeps_those_of_the_target(tmp_path: Path, ending: str) -> None:
    frame = pl.DataFrame({"x": ["-" if row % 3 else f"{row * row}" for row in range(ROWS)]})
    path = tmp_path / f"table.{ending}"
    getattr(frame.with_columns(y=pl.Series(["n/a", "1.5", "2.5", "3.5"] * 10)), f"write_{ending}")(path)
    with pytest.raises(DataError, match=r"Proposed: .*missing_values=-\+n/a"):
        loaded(path)
    assert loaded(path, missing_values="-+n/a", missing="mean").rows["without_target"] == 10


@pytest.mark.parametrize(
    "texts",
    [
        ["25-34", "35-44", "45-54", "75+"],
        ["<25", "25-29", "30-35", ">35"],
        ["0-39g/day", "40-79", "80-119", "120+"],
        ["112/114", "112/112", "114/114"],
        ["0", "1", "2", "3+"],
        ["≤5", "6 to 10", "10+"],
        ["1a", "1b", "2a"],
        ["007", "A1", "B2"],
        ["1.0.2", "1.10.3", "2.0"],
    ],
)
def test_ranges_and_codes_are_categories(tmp_path: Path, ending: str, texts: list[str]) -> None:
    assert set(names_of(stored(tmp_path, ending, texts))) == {f"x={text}" for text in texts}


def test_numbers_with_mistakes_are_shown_with_their_places(tmp_path: Path, ending: str) -> None:
    texts = [str(row) for row in range(ROWS)]
    texts[4], texts[20] = "12O", "1.2.3"
    places = ("row 5", "row 21") if ending == "parquet" else [f"line {row + (ending == 'csv')}" for row in (5, 21)]
    with pytest.raises(
        DataError, match=rf"2 of its 40 values are not, such as '12O' \({places[0]}\), '1\.2\.3' \({places[1]}\): "
    ):
        loaded(stored(tmp_path, ending, texts))


def test_numbers_with_limits_among_them_do_not_identify_rows(tmp_path: Path, ending: str) -> None:
    texts = [f"{row / 7:.2f}" if row % 6 else "<0.5" for row in range(ROWS)]
    with pytest.raises(DataError, match=r"should contain numbers, but 7 of its 40 values are not, such as '<0\.5'"):
        loaded(stored(tmp_path, ending, texts))


@pytest.mark.parametrize(("first", "form"), [("7", "1,{}"), ("7", "−{}"), ("7", "1'{}"), ("-", "{}%")])
def test_numbers_in_another_format_are_shown_by_an_example(tmp_path: Path, ending: str, first: str, form: str) -> None:
    texts = [first, *(form.format(100 + row) for row in range(ROWS))]
    with pytest.raises(DataError, match=f"contains numbers in another format, such as '{form.format(100)}'"):
        loaded(stored(tmp_path, ending, texts))


@pytest.mark.parametrize(
    ("texts", "setting", "numbers"),
    [
        (["1,5", "2,25", "3"], {"decimal": ","}, [1.5, 2.25, 3.0]),
        (["0,125", "0,250"], {"decimal": ","}, [0.125, 0.25]),
        (["1,234", "12,345", "7"], {"thousands": ","}, [1234.0, 12345.0, 7.0]),
        (["1'234.5", "12’345", "7"], {"thousands": "'"}, [1234.5, 12345.0, 7.0]),
        (["1.234,5", "12.345.678"], {"decimal": ",", "thousands": "."}, [1234.5, 12345678.0]),
        (["1 234", "12\N{NO-BREAK SPACE}345,5"], {"decimal": ",", "thousands": " "}, [1234.0, 12345.5]),
    ],
)
def test_numbers_in_another_format_are_read_by_the_proposed_settings(
    tmp_path: Path, ending: str, texts: list[str], setting: dict[str, str], numbers: list[float]
) -> None:
    path = stored(tmp_path, ending, texts)
    with pytest.raises(DataError, match="column 'x' contains numbers in another format, such as") as caught:
        loaded(path)
    for name, value in setting.items():
        assert f'{name}="{value}"' in str(caught.value) or f"{name}={value}" in str(caught.value)
    assert {row[0] for row in inputs_of(path, **setting)} == set(numbers)


def test_a_decimal_sign_is_not_proposed_if_other_columns_have_another(tmp_path: Path, ending: str) -> None:
    frame = pl.DataFrame({"a": [f"{row},5" for row in range(ROWS)], "b": [f"{row}.5" for row in range(ROWS)]})
    path = tmp_path / f"a.{ending}"
    getattr(frame.with_columns(y=pl.int_range(ROWS) % 2), f"write_{ending}")(path)
    with pytest.raises(
        DataError, match="column 'a' contains numbers in another format than 'b', such as '0,5'"
    ) as caught:
        loaded(path)
    assert "decimal=" not in str(caught.value)
    assert str(caught.value).endswith(":ignore=a:seed=0")
    with pytest.raises(DataError, match='write decimal="," to read them'):
        Table(path, "y", ignore="b").load(0)


def test_infinite_numbers_are_an_error_with_their_place(tmp_path: Path, ending: str) -> None:
    if ending == "ndjson":
        pytest.skip("JSON has no infinite numbers")
    with pytest.raises(DataError, match=r"column 'x' contains .*\((line 4|row 3)\).*ignore=x"):
        loaded(stored(tmp_path, ending, [1.0, 2.0, float("inf"), 4.0]))
    with pytest.raises(DataError, match=r"column 'x' contains an infinite or too large number \((line 3|row 2)\)"):
        loaded(stored(tmp_path, ending, ["1", "1e999"]))


def test_whole_numbers_keep_their_digits(tmp_path: Path, ending: str) -> None:
    path = stored(tmp_path, ending, [10**17 + step for step in (0, 1, 2, 3, 7)])
    data = Table(path, "y").load(0)
    assert data.train.inputs[:, 0].unique().numel() == 5


def test_whole_numbers_too_long_for_numbers_are_an_error(tmp_path: Path, ending: str) -> None:
    long = [f"411111111111111141111111111111114111111{row:04}" for row in range(ROWS)]
    with pytest.raises(DataError, match="too long to be distinguished as numbers, such as 4111.*ignore=x") as caught:
        loaded(stored(tmp_path, ending, long))
    assert "i128" not in str(caught.value)
    assert not names_of(stored(tmp_path, ending, long), ignore="x")


@pytest.mark.parametrize(("value", "shown"), [(3, "3"), (2.5, "2.5"), ("same", "'same'")])
def test_constants_give_a_notice(tmp_path: Path, ending: str, value: Any, shown: str) -> None:
    notices = loaded(stored(tmp_path, ending, [value])).notices
    assert any(f"column 'x' is constant ({shown})" in notice.message for notice in notices)


@pytest.mark.parametrize(
    "numbers", [range(1, ROWS + 1), range(ROWS - 1, -1, -1), [(7 * row) % 40 for row in range(40)]]
)
def test_row_numbers_give_a_warning(tmp_path: Path, ending: str, numbers: Sequence[int]) -> None:
    (notice,) = loaded(stored(tmp_path, ending, list(numbers))).notices
    assert notice.warning
    assert "column 'x' numbers the rows" in notice.message
    assert "ignore=x" in notice.message


def test_row_numbers_give_a_warning_even_if_rows_have_no_target(tmp_path: Path, ending: str) -> None:
    frame = pl.DataFrame({"id": range(1, ROWS + 1), "z": [row * row for row in range(ROWS)]})
    path = tmp_path / f"table.{ending}"
    getattr(frame.with_columns(y=pl.Series(["a", "b", "a", None] * 10)), f"write_{ending}")(path)
    messages = [notice.message for notice in loaded(path).notices if notice.warning]
    assert any("column 'id' numbers the rows, from 1 to 39" in message for message in messages)


@pytest.mark.parametrize(
    "numbers", [[*range(ROWS - 1), 0], [row * 2 for row in range(ROWS)], [row + 0.5 for row in range(40)]]
)
def test_other_numbers_give_no_warning(tmp_path: Path, ending: str, numbers: list[float]) -> None:
    if numbers[1] == 1.5:
        numbers[-1] = 0.25
    assert not loaded(stored(tmp_path, ending, numbers)).notices


@pytest.mark.parametrize(
    ("first", "second", "parts"),
    [
        ("2024-03-01", "2025-04-02", {"year", "month", "day", "weekday", "days"}),
        ("2024-03-01T00:00:00Z", "2024-03-02T01:00:00Z", {"day", "weekday", "days", "seconds"}),
        ("2024-03-01 10:30", "2024-03-01 11:30", {"seconds", "days"}),
        ("2024/03/01", "2024/04/01", {"month", "weekday", "days"}),
        ("31.12.2024", "01.12.2024", {"day", "weekday", "days"}),
        ("12/31/2024", "12/01/2024", {"day", "weekday", "days"}),
        ("1 March 2024", "2 April 2024", {"month", "day", "weekday", "days"}),
        ("9:05", "23:59", {"seconds"}),
        ("19750103", "19760204", {"year", "month", "day", "weekday", "days"}),
        (19750103, 19760204, {"year", "month", "day", "weekday", "days"}),
    ],
)
def test_dates_are_inputs_only_if_they_are_listed(
    tmp_path: Path, ending: str, first: Any, second: Any, parts: set[str]
) -> None:
    path = stored(tmp_path, ending, [first, second])
    with pytest.raises(
        DataError, match=r"'x' contains dates or times, such as .*dates=x.*ignore=x.*categorical=x"
    ) as caught:
        loaded(path)
    assert str(caught.value).endswith(":seed=0:dates=x")
    assert set(names_of(path, dates="x")) == {f"x.{part}" for part in parts}
    assert set(names_of(path, categorical="x")) == {f"x={first}", f"x={second}"}


def test_dates_of_eight_digits_may_be_written_as_decimals(tmp_path: Path, ending: str) -> None:
    path = stored(tmp_path, ending, [f"{19750101 + row % 28}.0" for row in range(ROWS)])
    with pytest.raises(DataError, match=r"column 'x' contains dates or times, such as '19750101': write dates=x"):
        loaded(path)
    assert "x.day" in names_of(path, dates="x")


def test_days_that_cannot_be_distinguished_from_months_are_an_error(tmp_path: Path, ending: str) -> None:
    path = stored(tmp_path, ending, ["01/02/2024", "03/04/2024"])
    for settings in ({}, {"dates": "x"}):
        with pytest.raises(DataError, match=r"days cannot be distinguished from months.*ignore=x"):
            loaded(path, **settings)


@pytest.mark.parametrize("settings", [{}, {"dates": "x"}])
@pytest.mark.parametrize("other", ["on 2024-05-01", "2024-02-30", "yesterday, at 9:05 in the morning"])
def test_dates_with_mistakes_are_shown_with_their_places(
    tmp_path: Path, ending: str, other: str, settings: dict[str, str]
) -> None:
    texts = ["2024-03-01", "2024-03-02T10:00"] * (ROWS // 2)
    texts[17] = other
    with pytest.raises(DataError, match=rf"column 'x' .* dates.*'{other}' \((line 18|line 19|row 18)\).*ignore=x"):
        loaded(stored(tmp_path, ending, texts), **settings)


@pytest.mark.parametrize("other", ["-", "unknown", "soon"])
def test_a_text_among_dates_is_an_error_with_the_solutions(tmp_path: Path, ending: str, other: str) -> None:
    texts = [f"2024-03-{row % 28 + 1:02}" if row % 3 else other for row in range(ROWS)]
    path = stored(tmp_path, ending, texts)
    with pytest.raises(
        DataError, match=f"column 'x' contains texts among its dates.*missing_values={other} if"
    ) as caught:
        loaded(path)
    assert str(caught.value).endswith(f":missing=mean:seed=0:dates=x:missing_values={other}")
    found = inputs_of(path, missing_values=other, missing="mean", dates="x")
    nulls = [None if text == other else text for text in texts]
    assert found == inputs_of(stored(tmp_path, ending, nulls), missing="mean", dates="x")


def test_months_are_dates_if_they_would_identify_rows_or_are_listed(tmp_path: Path, ending: str) -> None:
    path = stored(tmp_path, ending, [f"{1990 + row // 12}-{row % 12 + 1:02}" for row in range(ROWS)])
    with pytest.raises(DataError, match="column 'x' contains dates or times.*dates=x"):
        loaded(path)
    assert names_of(path, dates="x") == ("x.year", "x.month", "x.weekday", "x.days")
    seasons = stored(tmp_path, ending, ["2009-10", "2010-11"])
    assert names_of(seasons) == ("x=2009-10", "x=2010-11")


@pytest.mark.parametrize("form", ["${}", "{} %", "({})", "−{}", "1,{:02},000", "CHF {}", "{}°"])
def test_more_than_a_few_numbers_in_another_format_are_not_categories(tmp_path: Path, ending: str, form: str) -> None:
    with pytest.raises(DataError, match="column 'x' contains numbers in another format, such as.*categorical=x"):
        loaded(stored(tmp_path, ending, [form.format(10 + row % 15) for row in range(60)]))
    assert len(names_of(stored(tmp_path, ending, [form.format(10 + row % 3) for row in range(60)]))) == 3


def test_all_problems_are_reported_together_and_solved_by_one_line(tmp_path: Path, ending: str) -> None:
    frame = pl.DataFrame(
        {
            "name": [f"n{row}" for row in range(ROWS)],
            "signup": [f"2024-01-{row % 28 + 1:02}" for row in range(ROWS)],
            "dose": [str(row * 3) if row % 2 else "-" for row in range(ROWS)],
            "empty": [None if row else 1.5 for row in range(ROWS)],
            "age": [None if row == 3 else row * 1.5 for row in range(ROWS)],
            "y": ["ab"[row % 2] for row in range(ROWS)],
        }
    )
    path = tmp_path / f"a.{ending}"
    getattr(frame, f"write_{ending}")(path)
    with pytest.raises(DataError, match="has 4 problems:") as caught:
        Table(path, "y").load(0)
    message = str(caught.value)
    for column in ("name", "signup", "dose", "empty", "age"):
        assert f"'{column}'" in message
    line = message.rpartition("\n")[2]
    assert (
        line == f"Proposed: --data table:{path}:target=y:missing=mean:ignore=name+empty:dates=signup:missing_values=-"
    )
