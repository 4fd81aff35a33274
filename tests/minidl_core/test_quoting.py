"""Quoted values are short, on one line and without control characters."""

from __future__ import annotations

from typing import Any

import pytest

from minidl_core.errors import SpecError
from minidl_core.quoting import printable, quoted, shortened
from minidl_core.spec import parse_pipeline


def deep(levels: int) -> list[Any]:
    nested: list[Any] = []
    for _ in range(levels):
        nested = [nested]
    return nested


LARGE = {
    "text": "a" * 300,
    "number": 10**10_000,
    "nested": deep(100_000),
    "mapping": {"a": "b" * 10**6},
    "not a number": float("nan"),
}


@pytest.mark.parametrize("name", LARGE)
def test_any_value_is_quoted_on_one_line(name: str) -> None:
    text = quoted(LARGE[name])
    assert 0 < len(text) <= 80
    assert text.isprintable()


def test_a_short_value_is_quoted_by_its_repr() -> None:
    assert quoted("it's") == repr("it's")
    assert quoted(-1) == "-1"
    assert shortened("relu") == "relu"


def test_both_ends_of_a_long_text_are_shown() -> None:
    assert shortened("x" * 100 + ".csv").startswith("xxx")
    assert shortened("x" * 100 + ".csv").endswith(".csv")


def test_control_characters_are_escaped_except_line_breaks() -> None:
    assert printable("a\x1b[2J\nb\r") == "a\\x1b[2J\nb\\r"


def test_the_caret_marks_the_position_in_a_long_spec() -> None:
    text = "linear:25,relu," * 1000 + "linear:2:=3," + "relu," * 1000 + "linear:2"
    with pytest.raises(SpecError) as caught:
        parse_pipeline(text)
    message = str(caught.value)
    line, caret = message.splitlines()[-2:]
    assert len(message) < 500
    assert line[caret.index("^") :].startswith("=3,relu")
