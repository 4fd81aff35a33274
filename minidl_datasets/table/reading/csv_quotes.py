"""Whether the quotes in separated text enclose whole values, as every reader of such text takes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def quotes_enclose_values(data: NDArray[np.uint8], separator: bytes, block: int) -> bool:
    """Return whether every quote opens or closes a value, or is one of two that stand for one within quotes.

    Counted from the start, the first, third, fifth … quote opens: before it is a separator, the end of a line, or the
    quote that seemed to close. The others close: after them is one of these. So it is decided by neighbors alone.

    Args:
        data: the bytes of the text; carriage returns occur only before newlines.
        separator: the byte that separates values.
        block: how many bytes to look at together.
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
