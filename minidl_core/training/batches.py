"""Shuffled mini-batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
        memory: where to gather; None takes memory of its own.
    """

    def __init__(
        self, samples: Samples, batch_size: int, generator: torch.Generator, memory: Samples | None = None
    ) -> None:
        self.samples = samples
        self.generator = generator
        self.shuffled = Samples(*map(torch.empty_like, samples)) if memory is None else memory
        self.batches = split(self.shuffled, batch_size, dim=0)

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return len(self.batches)

    def __iter__(self) -> Iterator[Samples]:
        """Shuffle the samples and yield an epoch's batches."""
        order = torch.randperm(len(self.samples.inputs), generator=self.generator).to(self.samples.inputs.device)
        for tensor, shuffled in zip(self.samples, self.shuffled, strict=True):
            torch.index_select(tensor, 0, order, out=shuffled)
        return iter(self.batches)


class StackedBatches:
    """The batches of several runs stacked in front, each run's in an order of its own.

    Args:
        samples: those of all runs, `(runs, samples, *features)`.
        batch_size: samples of a run in a batch, at least 1.
        generators: the source of each run's order.
    """

    def __init__(self, samples: Samples, batch_size: int, generators: Sequence[torch.Generator]) -> None:
        shuffled = Samples(*map(torch.empty_like, samples))
        self.of_runs = [
            Batches(Samples(*one), batch_size, generator, Samples(*memory))
            for *one, generator, memory in zip(*samples, generators, zip(*shuffled, strict=True), strict=True)
        ]
        self.batches = split(shuffled, batch_size, dim=1)

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return len(self.batches)

    def __iter__(self) -> Iterator[Samples]:
        """Shuffle the samples of each run and yield an epoch's batches."""
        for batches in self.of_runs:
            iter(batches)
        return iter(self.batches)


def split(samples: Samples, size: int, dim: int) -> list[Samples]:
    """Return views of so many samples each; the last may be smaller."""
    return [Samples(*pair) for pair in zip(*(torch.split(tensor, size, dim) for tensor in samples), strict=True)]
