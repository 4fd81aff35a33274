"""Random numbers that compiled code reads."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def drawn_numbers(count: int, generators: Sequence[torch.Generator], source: int | None) -> Tensor:
    """Return random numbers, i64, of the generator with the number `source`; without a source, they are undefined."""
    drawn = torch.empty(count, dtype=torch.int64)
    return drawn if source is None else drawn.random_(generator=generators[source])
