"""Shuffled mini-batches."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch

from minidl_core.interfaces.dataset import Samples

BLOCK_BYTES = 2**23
"""The number of bytes of samples to gather at once: large enough to amortize calls, small enough for the cache."""


class BatchMemory:
    """Memory that samples are gathered into, for many batches at once.

    Args:
        samples: the samples.
        batch_size: samples per batch, at least 1.
    """

    def __init__(self, samples: Samples, batch_size: int) -> None:
        self.samples = samples
        self.batch_size = batch_size
        count = len(samples.inputs)
        bytes_of_batch = batch_size * sum(tensor.nbytes for tensor in samples) // count
        self.block = min(count, batch_size * max(1, BLOCK_BYTES // max(1, bytes_of_batch)))
        self.memory = Samples(*(tensor.new_empty((self.block, *tensor.shape[1:])) for tensor in samples))
        self.batches = self._split(self.memory)

    def gather(self, rows: torch.Tensor) -> Iterator[Samples]:
        """Yield the batches of the samples with the given indices; each is a view, valid until the next is asked for.

        The last batch is smaller if the batch size does not divide the number of rows.
        """
        if not len(rows):  # of which `split` makes one empty part
            return
        for numbers in torch.split(rows.to(self.samples.inputs.device), self.block):
            whole = len(numbers) == self.block
            memory = self.memory if whole else Samples(*(tensor[: len(numbers)] for tensor in self.memory))
            for tensor, gathered in zip(self.samples, memory, strict=True):
                torch.index_select(tensor, 0, numbers, out=gathered)
            yield from self.batches if whole else self._split(memory)

    def _split(self, samples: Samples) -> list[Samples]:
        """Return views of at most `batch_size` samples each."""
        return [Samples(*pair) for pair in zip(*(torch.split(one, self.batch_size) for one in samples), strict=True)]


class Batches:
    """Mini-batches of samples; each iteration is an epoch in a new random order.

    The last batch of an epoch is smaller if the batch size does not divide the number of samples. Each batch is a view
    of memory that is reused, valid until the iteration continues.

    Args:
        samples: the samples.
        batch_size: samples per batch, at least 1.
        generator: the source of the order, on the CPU.
    """

    def __init__(self, samples: Samples, batch_size: int, generator: torch.Generator) -> None:
        self.samples = samples
        self.generator = generator
        self.memory = BatchMemory(samples, batch_size)

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return math.ceil(len(self.samples.inputs) / self.memory.batch_size)

    def __iter__(self) -> Iterator[Samples]:
        """Shuffle the samples and yield the batches of an epoch."""
        return self.memory.gather(torch.randperm(len(self.samples.inputs), generator=self.generator))
