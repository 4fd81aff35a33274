"""A copy of an optimizer whose tensors are stand-ins."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from minidl_core import Optimizer, Parameter
from minidl_core.interfaces.block import Block
from minidl_native.recording.attribute_walk import LEAVES, walk
from minidl_native.recording.column_functions import ColumnFunctions
from minidl_native.recording.number_slots import plain_values, set_plain_values
from minidl_native.recording.recorded_step import PythonCall
from minidl_native.recording.stub_tensor import CallLog, DryCalls, OtherCalls, StubBlock, StubParameter, StubTensor

_functions = ColumnFunctions()

Made = list[tuple[tuple[Any, ...], dict[str, Any]]]
"""The arguments and keyword arguments of each call."""


class OptimizerTwin:
    """A copy of an optimizer whose tensors are stand-ins, so that a step costs next to nothing and changes no tensor.

    Args:
        optimizer: the optimizer.
        calls: the calls in its recorded step.
        on_columns: True to compute with columns of numbers.
    """

    def __init__(self, optimizer: Optimizer, calls: Sequence[PythonCall], *, on_columns: bool = False) -> None:
        self._log = CallLog(calls)
        memo: dict[int, Any] = {}
        held = [one.value for one in walk(optimizer)]
        for value in sorted(held, key=lambda one: isinstance(one, Block)):  # after its parameters
            if (stub := self._stub(value, memo)) is not None:
                memo[id(value)] = stub
        self._optimizer = copy.deepcopy(optimizer, memo)
        if on_columns:
            for value in [one.value for one in walk(self._optimizer)]:
                if hasattr(value, "__dict__") and not isinstance(value, (*LEAVES, StubTensor, StubParameter)):
                    rebuilt = _functions.class_of(type(value))
                    if rebuilt is not type(value):
                        value.__class__ = rebuilt

    def _stub(self, value: Any, memo: dict[int, Any]) -> Any:
        """Return what stands in for a value; None if it is copied."""
        if isinstance(value, Tensor):
            return StubTensor(self._log, value)
        if isinstance(value, Block):
            return StubBlock(self._log, value.value, [memo[id(parameter)] for parameter in value.parameters])
        if isinstance(value, Parameter):
            return StubParameter(self._log, value.value)
        return value if isinstance(value, torch.Generator) else None

    @property
    def values(self) -> dict[str, Any]:
        """The plain values that the optimizer holds, such as its counters, by path."""
        return plain_values(self._optimizer)

    @values.setter
    def values(self, values: dict[str, Any]) -> None:
        set_plain_values(self._optimizer, values)

    def steps(self, count: int = 1) -> Iterator[Made]:
        """Take steps, and yield the arguments and keyword arguments of each call of a step.

        Args:
            count: the number of steps.

        Raises:
            OtherCalls: the optimizer calls other functions than in the recorded step.
        """
        step = type(self._optimizer).step
        with DryCalls(self._log):
            for _ in range(count):
                self._log.made.clear()
                step(self._optimizer)
                if len(self._log.made) != len(self._log.calls):
                    raise OtherCalls
                yield self._log.made
