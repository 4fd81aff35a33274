"""Shuffled mini-batches."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch

from minidl_core.interfaces.batch_layout import is_feature_major
from minidl_core.interfaces.dataset import Samples

BLOCK_BYTES = 2**23
"""The number of bytes of samples to gather at once: large enough to amortize calls, small enough for the cache."""


class Batches:
    """Mini-batches of samples; each iteration is an epoch in a new random order.

    The last batch of an epoch is smaller if the batch size does not divide the number of samples. Samples are gathered
    for many batches at once into memory that is reused: each batch is a view, valid until the iteration continues.

    Args:
        samples: the samples.
        batch_size: samples per batch, at least 1.
        generator: the source of the order, on the CPU.
        arranged: True to store batches feature by feature if that is faster (see `batch_layout`).
    """

    def __init__(self, samples: Samples, batch_size: int, generator: torch.Generator, *, arranged: bool = True) -> None:
        self.samples = samples
        self.batch_size = batch_size
        self.generator = generator
        count = len(samples.inputs)
        bytes_of_batch = batch_size * sum(tensor.nbytes for tensor in samples) // count
        self.block = min(count, batch_size * max(1, BLOCK_BYTES // max(1, bytes_of_batch)))
        least = min(batch_size, count)
        self.rows = Samples(*(tensor.new_empty((self.block, *tensor.shape[1:])) for tensor in samples))
        self.memory = Samples(*(_arranged(tensor, least) for tensor in self.rows)) if arranged else self.rows
        self.batches = split_batches(self.memory, batch_size, dim=0)

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return math.ceil(len(self.samples.inputs) / self.batch_size)

    def __iter__(self) -> Iterator[Samples]:
        """Shuffle the samples and yield the batches of an epoch."""
        for numbers in torch.split(shuffled_rows(self.samples, self.generator), self.block):
            rows, memory = (Samples(*(t[: len(numbers)] for t in tensors)) for tensors in (self.rows, self.memory))
            gather(self.samples, numbers, rows)
            for tensor, arranged in zip(rows, memory, strict=True):
                if arranged.data_ptr() != tensor.data_ptr():
                    arranged.copy_(tensor)
            yield from self.batches if len(numbers) == self.block else split_batches(memory, self.batch_size, dim=0)


class StackedBatches:
    """Mini-batches of stacked runs, with a random order for each run.

    Args:
        samples: the samples of all runs, `(runs, samples, *features)`.
        batch_size: samples of each run per batch, at least 1.
        generators: the source of the order of each run, on the CPU.
    """

    def __init__(self, samples: Samples, batch_size: int, generators: Sequence[torch.Generator]) -> None:
        self.generators = generators
        memory = Samples(*(tensor.new_empty(tensor.shape) for tensor in samples))
        self.of_runs = [Samples(*one) for one in zip(*samples, strict=True)]
        self.memory_of_runs = [Samples(*one) for one in zip(*memory, strict=True)]
        self.batches = split_batches(memory, batch_size, dim=1)

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return len(self.batches)

    def __iter__(self) -> Iterator[Samples]:
        """Shuffle the samples of each run and yield the batches of an epoch."""
        for samples, generator, memory in zip(self.of_runs, self.generators, self.memory_of_runs, strict=True):
            gather(samples, shuffled_rows(samples, generator), memory)
        return iter(self.batches)


def _arranged(rows: torch.Tensor, batch_size: int) -> torch.Tensor:
    """Return memory for batches in the fastest layout; it is `rows` itself if that is already in this layout."""
    columns = is_feature_major(batch_size, rows.shape[1:], rows.device)
    return rows.new_empty(rows.shape[::-1]).mT if columns else rows


def shuffled_rows(samples: Samples, generator: torch.Generator) -> torch.Tensor:
    """Return the indices of all samples in random order."""
    return torch.randperm(len(samples.inputs), generator=generator).to(samples.inputs.device)


def gather(samples: Samples, rows: torch.Tensor, memory: Samples) -> None:
    """Copy the given rows of samples into memory of that size."""
    for tensor, gathered in zip(samples, memory, strict=True):
        torch.index_select(tensor, 0, rows, out=gathered)


def split_batches(samples: Samples, size: int, dim: int) -> list[Samples]:
    """Return views of at most `size` samples each; the last may be smaller."""
    return [Samples(*pair) for pair in zip(*(torch.split(tensor, size, dim) for tensor in samples), strict=True)]
