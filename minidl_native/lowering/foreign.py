"""Operations that PyTorch runs, called back from the compiled code."""

from __future__ import annotations

from minidl_native.kernels.kernel import Foreign
from minidl_native.lowering.schema import new_results, read_views, written_views
from minidl_native.recording.recording import Operation


def foreign_kernel(operation: Operation) -> Foreign:
    """Return the kernel that calls an operation.

    It writes first the results in memory of their own, in order, then the arguments that the operation changes.
    """
    writes = (*new_results(operation), *written_views(operation))
    return Foreign(
        operation.name,
        operation.arguments,
        operation.keywords,
        read_views(operation),
        writes,
        operation.phase,
        operation.part,
    )
