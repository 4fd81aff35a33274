"""Recordings: the operations of a step or an evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from minidl_native.kernels.kernel import Phase
from minidl_native.kernels.program import Storage
from minidl_native.kernels.view import View


@dataclass(frozen=True, slots=True)
class ChangingNumber:
    """A number that may change from step to step: column `index` of the table of numbers."""

    index: int


@dataclass(frozen=True, slots=True)
class RandomSource:
    """A generator of the run, by its number."""

    index: int


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that PyTorch dispatched.

    Attributes:
        name: its name with its overload, such as `aten.add.Tensor`.
        arguments: its arguments: a `View` for a tensor, `ChangingNumber`, `RandomSource` or the object itself; lists
            are tuples.
        keywords: its keyword arguments, by name, alike.
        results: the views of the tensors it returned, in order.
        phase: the part of the step that called it.
        part: the name of the part that called it, with its position in the network, for messages.
    """

    name: str
    arguments: tuple[Any, ...]
    keywords: tuple[tuple[str, Any], ...]
    results: tuple[View, ...]
    phase: Phase
    part: str


@dataclass(frozen=True, slots=True)
class Recording:
    """The operations of a step or an evaluation, in order.

    Attributes:
        operations: the operations.
        storages: all storages by number, numbered by first appearance.
        inputs: the batch of inputs of a step; for an evaluation, all inputs.
        targets: the batch of targets of a step; for an evaluation, all targets.
        results: the numbers to return: the loss, and for an evaluation the metrics; each a view of one element.
        is_step: True for a training step, whose batch is taken from the data by rows; False for an evaluation.
        dtype: the floating-point type of the network.
        numbers: the number of columns of the table of numbers.
    """

    operations: tuple[Operation, ...]
    storages: Mapping[int, Storage]
    inputs: View
    targets: View
    results: tuple[View, ...]
    is_step: bool
    dtype: Literal["f32", "f64"]
    numbers: int
