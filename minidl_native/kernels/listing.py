"""Listings: programs as formulas, for people."""

from __future__ import annotations

from dataclasses import replace

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


def listing(program: Program) -> str:
    """Return the kernels of a program as text, a line each.

    A storage is a letter for its role (`s` state, `g` gradient, `c` constant, `r` random, `t` temporary) and its
    number. `s0@50[*, 25]` is a view of it from element 50 on, repeated along its first dimension; `[25, 10 | 1, 25]`
    has strides as well, where the elements are not in order. The shape is left out where it is that of the left side.
    """
    lines, phase = [], ""
    for kernel in program.kernels:
        if kernel.phase != phase:
            phase = kernel.phase
            lines.append(f"{phase}:")
        lines += [f"  {line}" for line in _Listing(program).lines(kernel)]
    return "\n".join(lines) + "\n"


class _Listing:
    def __init__(self, program: Program) -> None:
        self.storages = program.storages

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
                text = f"rows of {source}"
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
        return f"{LETTERS[self.storages[storage].role]}{storage}"

    def start(self, view: View) -> str:
        return self.name(view.storage) + (f"@{view.offset}" if view.offset else "")

    def view(self, view: View) -> str:
        dims = list(zip(view.shape, view.strides, strict=True))
        sizes = ", ".join("*" if size > 1 and not stride else str(size) for size, stride in dims)
        strides = "" if _is_in_order(view.distinct) else f" | {', '.join(str(stride) for _, stride in dims)}"
        return f"{self.start(view)}[{sizes}{strides}]"


def _is_in_order(view: View) -> bool:
    return view.matches(replace(contiguous(view.storage, view.shape, view.dtype), offset=view.offset))
