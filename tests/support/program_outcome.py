"""Compares programs by their states and results after some steps."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_native.kernels.listing import listing
from minidl_native.kernels.program import Program
from minidl_native.planning.layout import Layout
from tests.support.arena_memory import arena_memory
from tests.support.kernel_interpreter import interpret
from tests.support.random_programs import data_for, memory_for


def assert_same_outcome(program: Program, original: Program, layout: Layout | None = None, steps: int = 3) -> None:
    """Check that a program gives the results of the original one, at the places of a layout if there is one."""
    found, expected = _outcome(program, original, layout, steps), _outcome(original, original, None, steps)

    def explain(message: str) -> str:
        return f"{message}\n{listing(original)}becomes\n{listing(program)}"

    single = original.dtype == "f32"
    for one, other in zip(found, expected, strict=True):
        rtol, atol = (1e-4, 1e-5) if single else (1e-9, 1e-11)
        torch.testing.assert_close(one, other, rtol=rtol, atol=atol, equal_nan=True, msg=explain)


def _outcome(program: Program, original: Program, layout: Layout | None, steps: int) -> list[Tensor]:
    """Return the states in the order of their numbers, and the results."""
    memory, data = memory_for(original, 0), data_for(original, 1)
    for _ in range(steps):
        placed = memory if layout is None else arena_memory(program, layout, memory)
        if not interpret(program, placed, **data):
            break
    states = [memory[number] for number, storage in sorted(original.storages.items()) if storage.role == "state"]
    return [*states, data["results"]]
