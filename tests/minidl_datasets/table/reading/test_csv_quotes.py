"""Quotes that enclose values are recognized by their neighbors, in blocks of any size."""

from __future__ import annotations

import numpy as np
import pytest

from minidl_datasets.table.reading.csv_quotes import quotes_enclose_values

REGULAR = [
    "",
    "a,b\n",
    '"a","b"\n',
    '"a"',
    '"",""\r\n"",""',
    '"a ""b"" c",d',
    '""""',
    '"a\n,b",c\r\n"d"\r\n',
    '1,"""",2',
]

IRREGULAR = {
    "opens within a value": 'a"b",c\n',
    "opens after a space": ' "b",c\n',
    "two open within values": 'a"b,c"\n',
    "goes on after closing": '"a"b,c\n',
    "goes on after closing by a space": '"a" ,c\n',
    "goes on at the end": '"a"b',
    "stands alone": '5" pipe,c\n',
    "stands at the end": 'a"',
    "does not close": '"a,b\n',
    "three": '""",a\n',
}


@pytest.mark.parametrize("block", [1, 2, 3, 1000])
@pytest.mark.parametrize("text", REGULAR)
def test_quotes_around_values_enclose_them(text: str, block: int) -> None:
    assert quotes_enclose_values(np.frombuffer(text.encode(), dtype=np.uint8), b",", block)


@pytest.mark.parametrize("block", [1, 2, 3, 1000])
@pytest.mark.parametrize("case", IRREGULAR)
def test_other_quotes_do_not(case: str, block: int) -> None:
    assert not quotes_enclose_values(np.frombuffer(IRREGULAR[case].encode(), dtype=np.uint8), b",", block)


def test_the_separator_decides_what_a_value_is() -> None:
    data = np.frombuffer(b'"a";"b"\n', dtype=np.uint8)
    assert quotes_enclose_values(data, b";", 100)
    assert not quotes_enclose_values(data, b",", 100)
