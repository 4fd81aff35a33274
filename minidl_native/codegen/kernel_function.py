"""Functions of kernels: one for all kernels that differ only in the places of their storages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from minidl_native.codegen.elementwise import write_elementwise
from minidl_native.codegen.extreme_index import write_extreme_index
from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.products.product import write_product
from minidl_native.codegen.reduction import write_reduction
from minidl_native.codegen.scan import write_scan
from minidl_native.codegen.take_rows import write_take_rows
from minidl_native.codegen.target import Target
from minidl_native.kernels.kernel import Elementwise, Fused, Product, Reduction, Scan, TakeRows
from minidl_native.kernels.view import View

Written: TypeAlias = TakeRows | Elementwise | Fused | Reduction | Scan | Product
"""The kernels that become functions."""


@dataclass(frozen=True, slots=True)
class Local:
    """A kernel with its storages numbered from 0 and its offsets counted from the first element used of each.

    Attributes:
        kernel: the kernel.
        starts: the storage and the first element behind each number.
    """

    kernel: Written
    starts: tuple[tuple[int, int], ...]


def localized(kernel: Written) -> Local:
    """Return a kernel that is equal for all that can share a function."""
    starts: dict[int, int] = {}
    for view in (*kernel.writes, *kernel.reads):
        starts[view.storage] = min(starts.get(view.storage, view.offset), view.offset)
    numbers = {storage: number for number, storage in enumerate(starts)}

    def change(view: View) -> View:
        return replace(view, storage=numbers[view.storage], offset=view.offset - starts[view.storage])

    local = replace(kernel.map_views(change), phase="forward")
    if isinstance(local, Fused):
        parts = tuple(replace(part, phase="forward") for part in local.parts)
        local = replace(local, parts=parts, unstored=frozenset(map(numbers.__getitem__, local.unstored)))
    return Local(local, tuple(starts.items()))


@dataclass(frozen=True, slots=True)
class KernelFunction:
    """A function that runs a kernel.

    Attributes:
        name: its name.
        text: its definition.
        pointers: the names of its arguments: `%b0` and so on for storages, and those of the tables.
        writer: what was used in it.
    """

    name: str
    text: str
    pointers: tuple[str, ...]
    writer: FunctionWriter


def kernel_function(kernel: Written, number: int, target: Target) -> KernelFunction:
    """Return the function of a kernel whose storages are numbered locally."""
    writer = FunctionWriter(target)
    _WRITERS[type(kernel)](writer, kernel)
    name = f"{_kind(kernel)}_{'x'.join(map(str, _sizes(kernel))) or 'scalar'}_{number}"
    pointers = tuple(sorted(one for one in writer.used if one in _TABLES or one.startswith("%b")))
    arguments = ", ".join(f"ptr noalias {one}" for one in pointers)
    lines = [
        f"define internal void @{name}({arguments}) noinline nounwind {{",
        "entry:",
        *writer.body(),
        "  ret void",
        "}",
    ]
    return KernelFunction(name, "\n".join(lines), pointers, writer)


_TABLES = ("%data", "%gemm", "%numbers", "%rows", "%scratch")


def _write_reduction(writer: FunctionWriter, kernel: Reduction) -> None:
    (write_extreme_index if kernel.operation.startswith("arg") else write_reduction)(writer, kernel)


_WRITERS: Mapping[type, Callable[[FunctionWriter, Any], None]] = {
    TakeRows: write_take_rows,
    Elementwise: lambda writer, kernel: write_elementwise(writer, [kernel]),
    Fused: lambda writer, kernel: write_elementwise(writer, kernel.parts, kernel.unstored),
    Reduction: _write_reduction,
    Scan: write_scan,
    Product: write_product,
}


def _kind(kernel: Written) -> str:
    return "take_rows" if isinstance(kernel, TakeRows) else type(kernel).__name__.lower()


def _sizes(kernel: Written) -> Sequence[int]:
    if isinstance(kernel, Product):
        return (*kernel.out.shape[:-1], kernel.left.shape[-1], kernel.out.shape[-1])
    return kernel.writes[0].shape
