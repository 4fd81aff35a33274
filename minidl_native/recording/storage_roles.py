"""Decides what the storages of a recorded step are."""

from __future__ import annotations

from minidl_native.kernels.program import Role, Storage
from minidl_native.kernels.view import View
from minidl_native.recording.recorded_step import RecordedStep, RecordedStorage
from minidl_native.recording.recording import Operation
from minidl_native.recording.run_copy import RunCopy
from minidl_native.recording.run_parts import storage_key
from minidl_native.recording.unreplayable import Unreplayable

OVERWRITING = {"copy_", "_foreach_copy_", "zero_", "_foreach_zero_", "fill_"}
"""Operations that write a tensor without reading it."""

VIEWS = {
    *("view", "_unsafe_view", "_reshape_alias", "as_strided", "detach", "alias", "expand", "slice", "select", "split"),
    *("split_with_sizes", "unbind", "t", "transpose", "permute", "unsqueeze", "squeeze"),
}
"""Operations that return a view of a tensor without reading it."""


def storages_of(step: RecordedStep, copy: RunCopy, gradients: set[int], *, is_step: bool) -> dict[int, Storage]:
    """Return the storages of a step, by number.

    Args:
        step: the recorded step.
        copy: the copy that it was recorded on.
        gradients: the keys of all storages that hold only gradients, also of those made since the copy.
        is_step: False for an evaluation.

    Raises:
        Unreplayable: a storage is neither of the run nor made in the step, or a gradient is read before it is written.
    """
    found = {}
    for number, storage in enumerate(step.storages):
        if storage.origin == "python" and number in step.written:
            raise Unreplayable("writes to a tensor made of numbers of Python: use zeros or full", part=storage.part)
        key = storage_key(storage.tensor)
        role = "constant" if storage.origin == "batch" and not is_step else _role(storage, key, copy, gradients)
        if role is None:
            raise Unreplayable(
                "uses a tensor that is not part of the run, such as a global one, or one kept from an earlier step",
                part=storage.part,
                place=storage.place,
            )
        found[number] = Storage(storage.dtype, storage.size, role)
    _require_written_gradients(
        step.operations, {number for number, storage in found.items() if storage.role == "gradient"}
    )
    return found


def _role(storage: RecordedStorage, key: int, copy: RunCopy, gradients: set[int]) -> Role | None:
    if storage.origin in {"made", "batch"}:
        return "temporary"
    if storage.origin == "python" or key in copy.data:
        return "constant"
    if key in gradients:
        return "gradient"
    return "state" if storage.origin == "run" else None


def _require_written_gradients(operations: list[Operation], unwritten: set[int]) -> None:
    """Check that gradients are written before they are read: what they held before the step is not kept."""
    for operation in operations:
        name = operation.name.split(".")[1]
        if name in VIEWS:
            continue
        read = operation.arguments[1:] if name in OVERWRITING else operation.arguments
        if unwritten & set(_storages(read)):
            raise Unreplayable("reads a gradient that an earlier step set, or adds to it", part=operation.part)
        unwritten -= {view.storage for view in operation.results}


def _storages(arguments: object) -> list[int]:
    if isinstance(arguments, View):
        return [arguments.storage]
    return [number for one in arguments for number in _storages(one)] if isinstance(arguments, tuple) else []
