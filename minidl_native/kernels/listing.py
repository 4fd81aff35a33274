"""Listings: programs as formulas, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from minidl_native.kernels.expression import Constant, Expression, Load, Number
from minidl_native.kernels.kernel import (
    Elementwise,
    Foreign,
    Fused,
    Kernel,
    Product,
    Reduction,
    Scan,
    StoreResult,
    TakeRows,
)
from minidl_native.kernels.program import Program
from minidl_native.kernels.view import View, contiguous

OPERATORS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "and": "&", "or": "|", "xor": "^"} | {
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
}  # fmt: skip

LETTERS = {"state": "s", "gradient": "g", "constant": "c", "random": "r", "temporary": "t"}

MATRIX = 2
"""The number of dimensions of a matrix."""


class NamedRange(NamedTuple):
    """A name for elements of a storage.

    Attributes:
        name: the name.
        start: the index of the first element.
        end: the index after the last element.
    """

    name: str
    start: int
    end: int


def listing(program: Program, names: Mapping[int, Sequence[NamedRange]] | None = None) -> str:
    """Return the kernels of a program as text, a line each.

    A storage is a letter for its role (`s` state, `g` gradient, `c` constant, `r` random, `t` temporary) and its
    number. `s0@50[*, 25]` is a view of it from element 50 on, repeated along its first dimension; `s0.mT[25, 10]` is a
    transposed matrix; `[25, 10 | 2, 50]` has strides as well, where the elements are in another order. The shape is
    left out where it is that of the left side.

    Args:
        program: the program.
        names: names to use for storages, or for ranges of their elements, by the number of the storage.
    """
    lines, phase = [], ""
    for kernel in program.kernels:
        if kernel.phase != phase:
            phase = kernel.phase
            lines.append(f"{phase}:")
        lines += [f"  {line}" for line in _Listing(program, names or {}).lines(kernel)]
    return "\n".join(lines) + "\n"


class _Listing:
    def __init__(self, program: Program, names: Mapping[int, Sequence[NamedRange]]) -> None:
        self.storages = program.storages
        self.names = names

    def lines(self, kernel: Kernel) -> list[str]:
        if not isinstance(kernel, Fused):
            return [self.line(kernel)]
        parts = [f"  {self.line(part)}" for part in kernel.parts]
        kept = ", ".join(self.name(storage) for storage in sorted(kernel.unstored))
        return [f"for each element{f', without storing {kept}' if kept else ''}:", *parts]

    def line(self, kernel: TakeRows | Elementwise | Reduction | Scan | Product | Foreign | StoreResult) -> str:
        match kernel:
            case Reduction():
                return self.reduction(kernel)
            case Product():
                return self.product(kernel)
            case StoreResult(source, index, ends_run):
                return f"result {index} = {self.view(source)}{', which must be finite' if ends_run else ''}"
            case TakeRows(_, source):
                text = f"rows of the training {source}"
            case Elementwise(out, value):
                text = self.value(value, out.shape)
            case Scan(_, source, dim):
                text = f"cumulative sum of {self.view(source)} along {dim}"
            case _:
                text = f"{kernel.name} of {', '.join(map(self.view, kernel.reads))}"
        return f"{', '.join(map(self.view, kernel.writes))} = {text}"

    def reduction(self, kernel: Reduction) -> str:
        scale = "" if kernel.scale is None else f"{self.value(kernel.scale, ())} * "
        shape = kernel.out.shape
        dims = ", ".join(str(size) if dim in kernel.dims else "-" for dim, size in enumerate(shape))
        text = f"{scale}{kernel.operation} over [{dims}] of {self.value(kernel.value, shape)}"
        return f"{self.view(kernel.out)} {'+=' if kernel.accumulate else '='} {text}"

    def product(self, kernel: Product) -> str:
        text = f"{self.factor(kernel.alpha)}{self.view(kernel.left)} @ {self.view(kernel.right)}"
        addend = kernel.addend
        if addend is not None and addend.matches(kernel.out) and kernel.beta == Constant(1.0, kernel.out.dtype):
            return f"{self.view(kernel.out)} += {text}"
        added = "" if addend is None else f" + {self.factor(kernel.beta)}{self.view(addend)}"
        return f"{self.view(kernel.out)} = {text}{added}"

    def factor(self, factor: Expression) -> str:
        return "" if isinstance(factor, Constant) and factor.value == 1 else f"{self.value(factor, ())} * "

    def value(self, value: Expression, shape: tuple[int, ...]) -> str:
        match value:
            case Load(view):
                return self.start(view) if view.shape == shape and _is_in_order(view) else self.view(view)
            case Constant(number, dtype):
                return f"{number:g}" if dtype in {"f32", "f64"} else str(number).lower()
            case Number(index):
                return f"number{index}"
        arguments = [self.value(argument, shape) for argument in value.arguments]
        if value.function in OPERATORS:
            return f"({f' {OPERATORS[value.function]} '.join(arguments)})"
        function = value.dtype if value.function == "convert" else value.function
        return f"{function}({', '.join(arguments)})"

    def name(self, storage: int) -> str:
        return self.named_range(View(storage, 0, (self.storages[storage].size,), (1,), "f32")).name

    def start(self, view: View) -> str:
        found = self.named_range(view)
        return found.name + (f"@{view.offset - found.start}" if view.offset > found.start else "")

    def named_range(self, view: View) -> NamedRange:
        """Return the smallest range with a name that contains a view: at most the whole storage."""
        number = view.storage
        whole = NamedRange(f"{LETTERS[self.storages[number].role]}{number}", 0, self.storages[number].size)
        ranges = [one for one in self.names.get(number, ()) if one.start <= view.offset and view.end <= one.end]
        return min([*ranges, whole], key=lambda one: one.end - one.start)

    def view(self, view: View) -> str:
        if _is_transposed(view):
            return f"{self.start(view)}.mT[{view.shape[0]}, {view.shape[1]}]"
        dims = list(zip(view.shape, view.strides, strict=True))
        sizes = ", ".join("*" if size > 1 and not stride else str(size) for size, stride in dims)
        strides = "" if _is_in_order(view.distinct) else f" | {', '.join(str(stride) for _, stride in dims)}"
        return f"{self.start(view)}[{sizes}{strides}]"


def _is_in_order(view: View) -> bool:
    return view.matches(replace(contiguous(view.storage, view.shape, view.dtype), offset=view.offset))


def _is_transposed(view: View) -> bool:
    """Whether a view is the transposed view of a matrix whose elements are in order."""
    return len(view.shape) == MATRIX and not _is_in_order(view) and view.strides == (1, view.shape[0])
