"""Shuffled mini-batches."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from minidl_core.interfaces.dataset import Samples


class Batches:
    """The samples in mini-batches; each iteration is an epoch, shuffled anew.

    The last batch of an epoch is smaller where the batch size does not divide the number of samples. An epoch's samples
    are gathered at once into memory that is kept, so that each batch is a view: one gathering an epoch, not one a step.

    Args:
        samples: what to draw from.
        batch_size: samples a batch, at least 1.
        generator: the source of the order, on the CPU.
    """

    def __init__(self, samples: Samples, batch_size: int, generator: torch.Generator) -> None:
        self.samples = samples
        self.generator = generator
        self.shuffled = Samples(*(torch.empty_like(tensor) for tensor in samples))
        self.batches = [
            Samples(*pair) for pair in zip(*(torch.split(tensor, batch_size) for tensor in self.shuffled), strict=True)
        ]

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return len(self.batches)

    def __iter__(self) -> Iterator[Samples]:
        """Shuffle the samples and yield an epoch's batches."""
        order = torch.randperm(len(self.samples.inputs), generator=self.generator).to(self.samples.inputs.device)
        for tensor, shuffled in zip(self.samples, self.shuffled, strict=True):
            torch.index_select(tensor, 0, order, out=shuffled)
        return iter(self.batches)
