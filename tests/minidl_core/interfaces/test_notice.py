"""The lines of text for rows and notices."""

from __future__ import annotations

import pytest

from minidl_core import Notice
from minidl_core.interfaces.notice import rows_line


def test_a_notice_says_whether_it_is_a_warning() -> None:
    assert str(Notice("column 'a' is constant")) == "Note: column 'a' is constant"
    assert str(Notice("column 'a' counts the rows", warning=True)) == "Warning: column 'a' counts the rows"


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ({"train": 8, "test": 2}, "8 rows to train with, 2 to test with"),
        ({"read": 10, "dropped": 0, "train": 8, "test": 2}, "10 rows read, 8 to train with, 2 to test with"),
        (
            {"read": 398, "dropped": 4, "without_target": 4, "train": 316, "test": 78},
            "398 rows read, 4 dropped (no target), 316 to train with, 78 to test with",
        ),
        (
            {"read": 12000, "dropped": 5, "without_target": 4, "with_missing_inputs": 1, "train": 9, "test": 1},
            "12,000 rows read, 5 dropped (4 no target, 1 missing inputs), 9 to train with, 1 to test with",
        ),
        ({"read": 10, "dropped": 3}, "10 rows read, 3 dropped"),
    ],
)
def test_the_rows_are_a_sentence(rows: dict[str, int], line: str) -> None:
    assert rows_line(rows) == line
