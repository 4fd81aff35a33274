"""How the elements of stacked runs lie in a vector of all."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from minidl_core.interfaces.parameter import Parameter


class StackedLayout:
    """The order of a stack's block: parameter after parameter, and in each run after run.

    Args:
        parameters: those of the stack, with the runs in front.
        runs: how many there are.
    """

    def __init__(self, parameters: Sequence[Parameter], runs: int) -> None:
        self.runs = runs
        self.sizes = [parameter.value.numel() // runs for parameter in parameters]
        self.count = runs * sum(self.sizes)

    def split(self, vector: Tensor) -> Tensor:
        """Return a vector of all elements as `(runs, elements)`, each run's in the order of its own block."""
        parts = torch.split(vector.view(-1), [self.runs * size for size in self.sizes])
        return torch.cat([vector.new_empty(self.runs, 0), *(part.view(self.runs, -1) for part in parts)], dim=1)

    def merge(self, of_runs: Sequence[Tensor]) -> Tensor:
        """Return the vector that `split` splits into these."""
        parts = torch.split(torch.stack([one.view(-1) for one in of_runs]), self.sizes, dim=1)
        return torch.cat([of_runs[0].new_empty(0), *(part.reshape(-1) for part in parts)])
