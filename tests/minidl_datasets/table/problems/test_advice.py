"""The line of settings at the end of a message works as written, whatever the names of the columns."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from minidl_core import DataError, parse_component
from minidl_core.assembly.argument_binding import bind
from minidl_datasets.table import Table
from minidl_datasets.table.problems.setting_text import format_setting, join_names, split_column_names

ROWS = 40

NAMES = [
    "plain", "price (CHF)", "a:b", "a+b", "a=b", "it's", 'quo"te', "x, y", "grösse", "$HOME", "`ls`", "back\\slash", "*",
    "-x", "two  spaces", "#", "!", "[1]", "a;b", "a&b|c", "^.*$",
]  # fmt: skip


def test_advice_works_as_written(tmp_path: Path) -> None:
    texts = {f"{name}": [f"{name}{row}" for row in range(ROWS)] for name in NAMES}
    empty = {f"{name}?": [None if row == 3 else row * 1.5 for row in range(ROWS)] for name in NAMES}
    when = {f"{name} when": [f"2024-02-{row % 28 + 1:02}" for row in range(ROWS)] for name in NAMES}
    path = tmp_path / "it's a (strange) name.csv"
    pl.DataFrame({"y (:)": [row % 2 for row in range(ROWS)], **texts, **empty, **when}).write_csv(path)
    table = Table(path, "y (:)", test_share=0.25)
    with pytest.raises(DataError, match="has 43 problems") as caught:
        table.load(0)
    option, spec = shlex.split(str(caught.value).rpartition("\nProposed: ")[2])
    table = bind(Table, parse_component(spec))
    assert option == "--data"
    assert isinstance(table, Table)
    assert (table.test_share, table.missing) == (0.25, "mean")
    data = table.load(0)
    assert {name.removesuffix(".day") for name in data.feature_names} >= {*empty, *when}
    assert not {*data.feature_names} & {*texts}


def test_advice_keeps_what_the_user_wrote(tmp_path: Path) -> None:
    frame = pl.DataFrame({name: [f"{name}{row}" for row in range(ROWS)] for name in ("a", "b", "c+d")})
    frame.with_columns(n=pl.int_range(ROWS) * 3, k=pl.int_range(ROWS) % 4, y=pl.int_range(ROWS) % 2).write_csv(
        tmp_path / "a.csv"
    )
    with pytest.raises(DataError) as caught:
        Table(tmp_path / "a.csv", "y", ignore="c+d", categorical="k+b", max_categories=30).load(0)
    assert str(caught.value).endswith(
        f"--data table:{tmp_path / 'a.csv'}:target=y:ignore=c+d+a:categorical=k+b:max_categories=40"
    )


def test_an_ignored_column_is_in_no_other_list(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [f"a{row}" for row in range(ROWS)], "b": [*range(ROWS)], "y": [0, 1] * (ROWS // 2)})
    frame.write_csv(tmp_path / "a.csv")
    message = r"column 'a' should contain dates, but 'a0' \(line 2\) is not a date in a known format: write dates as"
    with pytest.raises(DataError, match=message) as caught:
        Table(tmp_path / "a.csv", "y", dates="a").load(0)
    assert str(caught.value).endswith("a.csv:target=y:ignore=a")


def test_paths_may_be_texts(tmp_path: Path) -> None:
    path: Any = str(tmp_path / "a.csv")
    pl.DataFrame({"a": [f"a{row}" for row in range(ROWS)], "b": [*range(ROWS)], "y": [0.5, 1] * 20}).write_csv(path)
    with pytest.raises(DataError, match=f"Proposed: --data table:{path}:target=y:test={path}:ignore=a$"):
        Table(path, "y", test=path).load(0)


def test_nothing_is_proposed_if_no_input_would_be_left(tmp_path: Path) -> None:
    pl.DataFrame({"a": [f"a{row}" for row in range(ROWS)], "y": [0, 1] * (ROWS // 2)}).write_csv(tmp_path / "a.csv")
    with pytest.raises(DataError, match="ignore=a") as caught:
        Table(tmp_path / "a.csv", "y").load(0)
    assert "Proposed" not in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_in_a_message_parses(name: str) -> None:
    spec = parse_component(f"table:a.csv:{format_setting('ignore', name)}:target=y")
    assert {argument.key: argument.value for argument in spec.arguments}["ignore"] == name


@hypothesis_settings(deadline=None)
@given(st.lists(st.text("ab+ ", min_size=1, max_size=5).filter(lambda name: name == name.strip()), unique=True))
def test_written_lists_of_names_are_read_back(names: list[str]) -> None:
    columns = [name for name in names if name]
    listed = columns[::2]
    text = join_names(listed, columns)
    if any(name.startswith("+") or name.endswith("+") or " + " in name for name in columns):
        return
    assert split_column_names(text, columns) == tuple(listed)


def test_the_longest_name_that_fits_is_used() -> None:
    columns = ["a", "b", "a+b", "c"]
    assert split_column_names("a+b+c", columns) == ("a+b", "c")
    assert split_column_names("a + b+c", columns) == ("a", "b", "c")
    assert join_names(["a", "b"], columns) == "a + b"
    assert split_column_names("a+d", columns) == ("a", "d")


def test_names_are_found_in_any_unicode_form() -> None:
    assert split_column_names("gro\u0308sse", ["grösse"]) == ("grösse",)
