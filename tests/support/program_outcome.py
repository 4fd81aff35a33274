"""Compares programs by their states and results after some steps."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from minidl_native.kernels.listing import listing
from minidl_native.kernels.program import Program
from minidl_native.planning.layout import Layout
from tests.support.arena_memory import arena_memory
from tests.support.kernel_interpreter import interpret
from tests.support.random_programs import data_for, memory_for

STEPS = 3


def assert_same_outcome(
    program: Program, original: Program, layout: Layout | None = None, memory: Mapping[int, Tensor] | None = None
) -> None:
    """Check that a program gives the results of the original one.

    Args:
        program: the program.
        original: the program that it was made from.
        layout: the places of its storages; None gives each storage memory of its own.
        memory: what the storages that outlive a step hold at first; None draws it.
    """
    memory = memory_for(original, 0) if memory is None else memory
    found, expected = _outcome(program, original, layout, memory), _outcome(original, original, None, memory)

    def explain(message: str) -> str:
        return f"{message}\n{listing(original)}becomes\n{listing(program)}"

    rtol, atol = (1e-4, 1e-5) if original.dtype == "f32" else (1e-9, 1e-11)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=rtol, atol=atol, equal_nan=True, msg=explain)


def _outcome(program: Program, original: Program, layout: Layout | None, memory: Mapping[int, Tensor]) -> list[Tensor]:
    """Return the states in the order of their numbers, and the results."""
    kept, data = {number: tensor.clone() for number, tensor in memory.items()}, data_for(original, 1)
    drawn = torch.arange(original.draws) * 7_205_759_403_792_793  # spread over all i64
    for _ in range(STEPS):
        placed = kept if layout is None else arena_memory(program, layout, kept)
        if not interpret(program, placed, **data, random=drawn):
            break
    states = [kept[number] for number, storage in sorted(original.storages.items()) if storage.role == "state"]
    return [*states, data["results"]]
