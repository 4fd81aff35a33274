"""The order of the elements of stacked runs in one vector."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from minidl_core.interfaces.parameter import Parameter


class StackedLayout:
    """The layout of the block of a stack: parameter by parameter, and run by run within each.

    Args:
        parameters: the parameters of the stack, with the runs as first dimension.
        runs: the number of runs.
    """

    def __init__(self, parameters: Sequence[Parameter], runs: int) -> None:
        self.runs = runs
        self.sizes = [parameter.value.numel() // runs for parameter in parameters]
        self.count = runs * sum(self.sizes)

    def split(self, vector: Tensor) -> Tensor:
        """Return a vector of all elements as `(runs, elements)`, in the order of the block of each run."""
        parts = torch.split(vector.view(-1), [self.runs * size for size in self.sizes])
        return torch.cat([vector.new_empty(self.runs, 0), *(part.view(self.runs, -1) for part in parts)], dim=1)

    def merge(self, of_runs: Sequence[Tensor]) -> Tensor:
        """Return the vector of all elements, given the elements of each run; the inverse of `split`."""
        parts = torch.split(torch.stack([one.view(-1) for one in of_runs]), self.sizes, dim=1)
        return torch.cat([of_runs[0].new_empty(0), *(part.reshape(-1) for part in parts)])
