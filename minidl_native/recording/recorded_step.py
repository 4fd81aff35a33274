"""The operations of one step as they were recorded, before they are compared with those of the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from torch import Tensor

from minidl_native.kernels.kernel import Phase
from minidl_native.kernels.view import DType, View
from minidl_native.recording.number_sources import NumberSource
from minidl_native.recording.recording import Operation

Origin = Literal["batch", "run", "made", "python", "elsewhere"]
"""Where a storage is from: the batch, the run, an operation of the step, a Python value in the step, or elsewhere."""


@dataclass
class RecordedStorage:
    """A storage that operations used.

    Attributes:
        tensor: a tensor on it, which keeps it alive.
        dtype: the type of its elements.
        size: the number of its elements.
        origin: where it is from.
        part: the name of the part that used it first.
        place: the line that used it first.
    """

    tensor: Tensor
    dtype: DType
    size: int
    origin: Origin
    part: str
    place: str


@dataclass
class PythonCall:
    """A call of a tensor's method or a torch function by the optimizer.

    Attributes:
        name: the name of the function.
        arguments: its arguments.
        keywords: its keyword arguments.
        result: what it returned.
    """

    name: str
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    result: Any = None


@dataclass
class RecordedStep:
    """The operations of a step.

    Attributes:
        operations: the operations, in order.
        storages: the storages by number, in order of their appearance.
        numbers: the value of each number of the optimizer's operations.
        sources: where the optimizer's own code has each number.
        calls: the calls of tensors' methods and torch functions by the optimizer, in order.
        set_attributes: the line that sets each attribute, by the `id` of the part and the name.
        results: the views of the numbers that the step returned.
        written: the storages that operations write to, by number.
        random_sources: the generators of the copy that operations draw from, by their `id`, in order.
        failed: the name of the part that raised an exception first.
    """

    operations: list[Operation] = field(default_factory=list)
    storages: list[RecordedStorage] = field(default_factory=list)
    numbers: list[float] = field(default_factory=list)
    sources: list[NumberSource] = field(default_factory=list)
    calls: list[PythonCall] = field(default_factory=list)
    set_attributes: dict[tuple[int, str], str] = field(default_factory=dict)
    results: list[View] = field(default_factory=list)
    written: set[int] = field(default_factory=set)
    random_sources: list[int] = field(default_factory=list)
    failed: str = ""


@dataclass(frozen=True)
class Scope:
    """A call of a part's method.

    Attributes:
        part: the part's name.
        phase: the part of the step.
        is_chain: True for a chain of modules, which has no operations of its own: only checks are made in it.
    """

    part: str
    phase: Phase
    is_chain: bool = False
