"""The number of steps between two reports."""

from __future__ import annotations

from minidl_core.training.step_blocks import BLOCK_SECONDS, StepBlocks


def test_a_run_begins_with_a_single_step() -> None:
    assert StepBlocks().count == 1


def test_blocks_grow_until_they_take_their_time() -> None:
    blocks = StepBlocks()
    counts = []
    for _ in range(8):
        blocks.adapt(blocks.count, blocks.count * BLOCK_SECONDS / 1000)
        counts.append(blocks.count)
    assert counts == [8, 64, 512, 1000, 1000, 1000, 1000, 1000]


def test_the_last_steps_of_an_epoch_do_not_make_blocks_small_again() -> None:
    blocks = StepBlocks()
    blocks.adapt(1, 1e-6)
    blocks.adapt(8, 8e-6)
    blocks.adapt(2, 2e-6)
    assert blocks.count == 512


def test_slow_steps_are_taken_one_by_one() -> None:
    blocks = StepBlocks()
    blocks.adapt(1, 0.0)
    blocks.adapt(blocks.count, 10.0)
    assert blocks.count == 1
