"""Operations that PyTorch runs, called back from the compiled code."""

from __future__ import annotations

from typing import Any

from minidl_native.kernels.expression import Number
from minidl_native.kernels.kernel import Foreign, NumberAt
from minidl_native.kernels.view import View
from minidl_native.lowering.kernel_writer import KernelWriter
from minidl_native.lowering.schema import new_results, read_views, written_views
from minidl_native.lowering.term import Term
from minidl_native.recording.recording import ChangingNumber, Operation


def write_foreign(writer: KernelWriter, operation: Operation) -> None:
    """Write the kernel that calls an operation; numbers that change are put in memory before it.

    It writes first the results in memory of their own, in order, then the arguments that the operation changes.
    """
    numbers: list[View] = []

    def replaced(argument: Any) -> Any:
        if isinstance(argument, ChangingNumber):
            numbers.append(writer.keep(Term(Number(argument.index, "f64"))))
            return NumberAt(numbers[-1])
        return tuple(map(replaced, argument)) if isinstance(argument, tuple) else argument

    arguments, keywords = replaced(operation.arguments), replaced(operation.keywords)
    reads = (*read_views(operation), *numbers)
    writes = (*new_results(operation), *written_views(operation))
    if writes:
        kernel = Foreign(operation.name, arguments, keywords, reads, writes, operation.phase, operation.part)
        writer.kernels.append(kernel)
