"""Lowers a recording to a program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from minidl_native.kernels.kernel import Kernel, StoreResult, TakeRows
from minidl_native.kernels.program import Program, Role, Storage
from minidl_native.kernels.view import View
from minidl_native.lowering.dispatch import write_kernels
from minidl_native.lowering.foreign import write_foreign
from minidl_native.lowering.kernel_writer import KernelWriter
from minidl_native.lowering.random_numbers import drawn_source, random_values, source_of
from minidl_native.lowering.schema import is_view
from minidl_native.lowering.term import NoKernelError
from minidl_native.recording.recording import Operation, Recording

_WITHOUT_KERNEL = {"empty", "empty_like", "empty_strided", "empty_permuted", "new_empty", "new_empty_strided"}
"""Operations whose results are memory that others write."""


def lower(recording: Recording) -> Program:
    """Return the program of a recording.

    Operations become kernels by the tables of this package, or foreign kernels. In a step, the batch is taken from the
    data by rows, and a loss that is not finite ends the run. Each result is stored right after it is computed.
    """
    storages = dict(recording.storages)
    for view in (recording.inputs, recording.targets):
        role: Role = "temporary" if recording.is_step else "constant"
        storages[view.storage] = replace(storages[view.storage], role=role)
    writer = KernelWriter(storages)
    if recording.is_step:
        writer.kernels += [TakeRows(recording.inputs, "inputs"), TakeRows(recording.targets, "targets")]
    draws = _write_operations(writer, recording)
    return Program(
        tuple(_with_results(writer.kernels, recording)),
        writer.storages,
        recording.dtype,
        recording.inputs.shape[0] if recording.is_step else 0,
        len(recording.results),
        recording.numbers,
        draws,
    )


def _write_operations(writer: KernelWriter, recording: Recording) -> int:
    """Write the kernels of all operations, and return how many random numbers are drawn ahead."""
    drawn, draws = drawn_source(recording), 0
    random = max(writer.storages, default=-1) + 1
    if drawn is not None:
        writer.storages[random] = Storage("i64", 0, "random")
    for operation in recording.operations:
        writer.phase = operation.phase
        source = source_of(operation)
        if source is not None and source.index == drawn:
            (out,) = operation.results
            writer.store(out, random_values(operation, random, draws))
            draws += out.count
        else:
            _write_operation(writer, operation)
    if drawn is not None:
        writer.storages[random] = Storage("i64", draws, "random")
    return draws


def _write_operation(writer: KernelWriter, operation: Operation) -> None:
    if operation.name.split(".")[1] in _WITHOUT_KERNEL or is_view(operation):
        return
    try:
        write_kernels(writer, operation)
    except NoKernelError:
        write_foreign(writer, operation)


def _with_results(kernels: list[Kernel], recording: Recording) -> Iterable[Kernel]:
    """Yield kernels, and after the last that writes a result the kernel that stores it."""
    last = [_last_writer(kernels, view) for view in recording.results]
    for at, kernel in enumerate((None, *kernels), start=-1):
        if kernel is not None:
            yield kernel
        phase = "forward" if kernel is None else kernel.phase
        for index, (writer, source) in enumerate(zip(last, recording.results, strict=True)):
            if writer == at:
                yield StoreResult(source, index, ends_run=recording.is_step and index == 0, phase=phase)


def _last_writer(kernels: list[Kernel], view: View) -> int:
    """Return the index of the last kernel that writes a view; -1 if none does."""
    found = (at for at, kernel in enumerate(kernels) if any(out.overlaps(view) for out in kernel.writes))
    return max(found, default=-1)
