"""Where rows and values end in separated text, found over its bytes many times as quickly as by a reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from minidl_datasets.table.reading.quotes import quotes_enclose_values

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]

BLOCK = 1 << 18
"""Bytes looked at together: few, so that they stay in the cache."""

BLANK = b" \t\r\n\v\f"
"""The bytes that a blank line may hold."""


@dataclass(frozen=True)
class Layout:
    """The records of a text in which every quote encloses a value, and every line ends in a newline.

    quoted: whether there are quotes.
    rows: how many records are not blank lines.
    blank: whether each record is a blank line; None where none is.
    """

    quoted: bool
    rows: int
    blank: Flags | None = None


def layout_of(content: bytes, separator: str, width: int) -> Layout | None:
    """Return the layout of records, or None where they are not regular, or not all of them `width` values wide.

    Carriage returns may occur only before newlines. Of longer records and shorter ones that make up for each other it knows nothing: these the reader finds.
    """
    data, sign = np.frombuffer(content, dtype=np.uint8), separator.encode()
    quoted = b'"' in content
    if quoted and not quotes_enclose_values(data, sign, BLOCK):
        return None
    outside = list(_counts_outside_quotes(data, sign)) if quoted else [(content.count(sign), content.count(b"\n"))]
    separators, records = (sum(counts) for counts in zip(*outside, strict=True))
    records += not content.endswith(b"\n")
    if width > 1 and separators == records * (width - 1):
        return Layout(quoted, records)
    blank = _blank_records(data, sign, quoted=quoted)
    rows = len(blank) - int(blank.sum())
    return Layout(quoted, rows, blank) if separators == rows * (width - 1) else None


def _counts_outside_quotes(data: Bytes, separator: bytes) -> Iterator[tuple[int, int]]:
    """Yield how many separators and newlines outside quotes there are in each block."""
    for block, outside in _blocks(data, quoted=True):
        yield (
            np.count_nonzero((block == ord(separator)) & outside),
            np.count_nonzero((block == ord("\n")) & outside),
        )


def _blank_records(data: Bytes, separator: bytes, *, quoted: bool) -> Flags:
    """Return for each record whether it is a blank line."""
    solid = ~np.isin(np.arange(256), list(BLANK.replace(separator, b"")))
    counts, total = [], 0
    for block, outside in _blocks(data, quoted=quoted):
        solids = total + np.cumsum(solid[block])
        total = int(solids[-1])
        counts.append(solids[(block == ord("\n")) & outside])
    if data[-1] != ord("\n"):
        counts.append(np.array([total]))
    blank: Flags = np.diff(np.concatenate(counts), prepend=0) == 0
    return blank


def _blocks(data: Bytes, *, quoted: bool) -> Iterator[tuple[Bytes, Flags]]:
    """Yield the data in blocks, each with what of it is outside quotes."""
    inside = np.uint8(0)
    for start in range(0, len(data), BLOCK):
        block = data[start : start + BLOCK]
        quotes = (block == ord('"')).view(np.uint8)
        states = np.bitwise_xor.accumulate(quotes) ^ inside if quoted else quotes
        inside = states[-1]
        yield block, states == 0
