"""Compares the recordings of two steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from minidl_native.recording.recorded_step import RecordedStep, RecordedStorage
from minidl_native.recording.recording import Operation
from minidl_native.recording.run_copy import RunCopy
from minidl_native.recording.run_parts import storage_key
from minidl_native.recording.snapshot import same
from minidl_native.recording.unreplayable import Unreplayable


def step_difference(one: RecordedStep, other: RecordedStep, copy: RunCopy) -> Unreplayable | None:
    """Return how two steps differ in anything but the values of tensors and the optimizer's numbers; None if not."""
    for first, second in zip(one.operations, other.operations, strict=False):
        if (reason := _operation_difference(first, second)) is not None:
            return Unreplayable(reason, part=second.part)
    if len(one.operations) != len(other.operations):
        longer = max(one.operations, other.operations, key=len)
        extra = longer[min(len(one.operations), len(other.operations))]
        return Unreplayable(f"calls {extra.name} in some steps, but not in others", part=extra.part)
    for first_storage, second_storage in zip(one.storages, other.storages, strict=True):
        if (reason := _storage_difference(first_storage, second_storage, copy)) is not None:
            return Unreplayable(reason, part=second_storage.part, place=second_storage.place)
    return None


def _operation_difference(one: Operation, other: Operation) -> str | None:
    if one.name != other.name or one.phase != other.phase or one.part != other.part:
        return f"calls other operations from step to step: {one.name} in one and {other.name} in another"
    if not _alike(one.results, other.results):
        return f"calls {one.name} with another shape or other memory from step to step"
    given = [[value for _, value in operation.keywords] for operation in (one, other)]
    if [name for name, _ in one.keywords] != [name for name, _ in other.keywords]:
        return f"calls {one.name} with other arguments from step to step"
    for first, second in zip(_flat([one.arguments, given[0]]), _flat([other.arguments, given[1]]), strict=False):
        if not _alike(first, second):
            numbers = isinstance(first, (int, float)) and isinstance(second, (int, float))
            changed = f": {first!r} in one and {second!r} in another" if numbers else ""
            what = "another number" if numbers else "another shape or other memory"
            return f"calls {one.name} with {what} from step to step{changed}"
    return None if one.arguments == other.arguments or _alike(one.arguments, other.arguments) else "differs"


def _flat(value: Any) -> Sequence[Any]:
    if isinstance(value, (list, tuple)):
        return [inner for one in value for inner in _flat(one)]
    return [value]


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_alike, one, other))
    return same(one, other)


def _bytes(tensor: Tensor) -> Tensor:
    return tensor.reshape(-1).view(torch.uint8)


def _storage_difference(one: RecordedStorage, other: RecordedStorage, copy: RunCopy) -> str | None:
    if (one.dtype, one.size) != (other.dtype, other.size):
        return "uses memory of another size from step to step"
    if one.origin != other.origin:
        return "uses tensors of another origin from step to step"
    places = [copy.places.get(storage_key(storage.tensor)) for storage in (one, other)]
    if places[0] != places[1]:
        return f"swaps tensors from step to step: `{places[0].path if places[0] else ''}` and another one"
    if one.origin == "python" and not torch.equal(_bytes(one.tensor), _bytes(other.tensor)):
        return "makes a tensor of numbers of Python that differ from step to step"
    return None
