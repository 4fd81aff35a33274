"""Shuffled mini-batches."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from minidl_core import Batches, Samples, generator
from minidl_core.training import batches


def numbered(samples: int) -> Samples:
    numbers = torch.arange(samples).double().unsqueeze(1)
    return Samples(numbers, -numbers)


@given(samples=st.integers(1, 60), batch_size=st.integers(1, 70), seed=st.integers(0, 2**63 - 1))
def test_an_epoch_holds_each_sample_once_with_its_own_target(samples: int, batch_size: int, seed: int) -> None:
    batches = Batches(numbered(samples), batch_size, generator(seed))
    seen = [(inputs.clone(), targets.clone()) for inputs, targets in batches]
    assert len(seen) == len(batches) == -(-samples // batch_size)
    assert all(len(inputs) == batch_size for inputs, _ in seen[:-1])
    assert len(seen[-1][0]) == (samples - 1) % batch_size + 1
    inputs = torch.cat([inputs for inputs, _ in seen])
    assert torch.equal(torch.cat([targets for _, targets in seen]), -inputs)
    assert torch.equal(inputs.sort(0).values, numbered(samples).inputs)


def test_no_rows_give_no_batch() -> None:
    assert not list(batches.BatchMemory(numbered(5), 2).gather(torch.arange(0)))


def test_each_epoch_has_another_order_and_each_seed_other_ones() -> None:
    def orders(seed: int) -> list[list[float]]:
        batches = Batches(numbered(100), 10, generator(seed))
        return [torch.cat([inputs for inputs, _ in batches]).flatten().tolist() for _ in range(2)]

    first = orders(0)
    assert first[0] != first[1]
    assert orders(0) == first
    assert orders(1) != first


def test_the_samples_themselves_stay_in_place() -> None:
    samples = numbered(10)
    list(Batches(samples, 3, generator(0)))
    assert torch.equal(samples.inputs, numbered(10).inputs)


def test_samples_gathered_in_blocks_are_those_gathered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def epoch() -> list[torch.Tensor]:
        return [inputs.clone() for inputs, _ in Batches(numbered(47), 5, generator(3))]

    at_once = epoch()
    monkeypatch.setattr(batches, "BLOCK_BYTES", 10 * 2 * 8)
    assert len(Batches(numbered(47), 5, generator(3)).memory.memory.inputs) == 10
    in_blocks = epoch()
    assert len(in_blocks) == len(at_once) == 10
    assert all(map(torch.equal, in_blocks, at_once))


@pytest.mark.parametrize("batch_size", [10, 64, 100])
@pytest.mark.parametrize(
    "arranged",
    [
        lambda tensor: tensor.mT.contiguous().mT,
        lambda tensor: torch.cat([tensor, tensor], 1)[:, : tensor.size(1)],
        lambda tensor: tensor.flip(0).flip(0)[:, :1].expand(tensor.shape),
    ],
)
def test_batches_are_the_same_however_the_samples_lie_in_memory(arranged: Any, batch_size: int) -> None:
    table = Samples(*(arranged(torch.rand(200, 3, generator=generator(part))) for part in (0, 1)))
    plain = Samples(*(tensor.contiguous() for tensor in table))
    for found, expected in zip(
        Batches(table, batch_size, generator(3)), Batches(plain, batch_size, generator(3)), strict=True
    ):
        assert all(map(torch.equal, found, expected))
