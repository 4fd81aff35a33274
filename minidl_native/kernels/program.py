"""Programs: the kernels of a step or an evaluation, and the memory they use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from minidl_native.kernels.kernel import Kernel
from minidl_native.kernels.view import DType

Role = Literal["state", "gradient", "constant", "random", "temporary"]
"""What a storage is:

- state: of the run, read and written in place (parameters, buffers, optimizer state); it counts after the step;
- gradient: of the run, but its contents need not be kept;
- constant: only read, the same in each step (for evaluation, also the inputs and targets);
- random: i64 numbers drawn before the steps; each step reads the next `Program.draws` of them, from offset 0;
- temporary: made within the step, in memory that is shared.
"""


@dataclass(frozen=True, slots=True)
class Storage:
    """A piece of memory.

    Attributes:
        dtype: the type of its elements.
        size: the number of its elements.
        role: what it is.
    """

    dtype: DType
    size: int
    role: Role


@dataclass(frozen=True, slots=True)
class Program:
    """The kernels of a step or an evaluation, in order.

    Attributes:
        kernels: the kernels.
        storages: all storages by number.
        dtype: the floating-point type of the network, f32 or f64.
        batch: samples per step, for `TakeRows`; 0 without it.
        results: the number of results of each step.
        numbers: the number of columns of the table of numbers.
        draws: the i64 numbers drawn for each step.
    """

    kernels: tuple[Kernel, ...]
    storages: Mapping[int, Storage]
    dtype: Literal["f32", "f64"]
    batch: int
    results: int
    numbers: int
    draws: int
