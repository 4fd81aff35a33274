"""Checks that quotes in separated text enclose whole values, so that all CSV readers agree on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def quotes_enclose_values(data: NDArray[np.uint8], separator: bytes, block: int) -> bool:
    """Return whether every quote opens or closes a value, or is half of a doubled quote in a quoted value.

    Counted from the start, every odd quote opens: before it is a separator, the end of a line, or the quote that seemed
    to close. Every even quote closes: after it is one of these. So the neighbors of each quote suffice to decide.

    Args:
        data: the bytes of the text, with carriage returns only before newlines.
        separator: the byte that separates values.
        block: the number of bytes to scan at once.
    """
    before = np.isin(np.arange(256), list(b'"\n' + separator))
    after = np.isin(np.arange(256), list(b'"\r\n' + separator))
    seen = 0
    for start in range(0, len(data), block):
        quotes = start + np.flatnonzero(data[start : start + block] == ord('"'))
        opening, closing = quotes[seen % 2 :: 2], quotes[1 - seen % 2 :: 2]
        seen += len(quotes)
        if not before[data[opening[opening > 0] - 1]].all():
            return False
        if not after[data[closing[closing < len(data) - 1] + 1]].all():
            return False
    return seen % 2 == 0
