"""Writes kernels: gives temporaries storages, broadcasts views, and keeps the rules about views that overlap."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from minidl_native.kernels.expression import Constant, Load, Number, loads, map_loads
from minidl_native.kernels.kernel import Elementwise, Kernel, Phase, Product, Reduction, Scan
from minidl_native.kernels.program import Storage
from minidl_native.kernels.view import DType, View, contiguous
from minidl_native.lowering.term import FLOATS, NoKernelError, Operand, Term, constant, term_of

Combining = Literal["sum", "prod", "max", "min", "argmax", "argmin", "any", "all"]
"""How a reduction combines values."""

_EMPTY: dict[str, float] = {"sum": 0, "prod": 1, "any": False, "all": True}
"""The results of reductions over no elements; other reductions have none."""


@dataclass
class KernelWriter:
    """The kernels written so far, and the storages they use.

    Attributes:
        storages: all storages by number.
        phase: the part of the step that kernels belong to.
        kernels: the kernels.
    """

    storages: dict[int, Storage]
    phase: Phase = "forward"
    kernels: list[Kernel] = field(default_factory=list)
    _unread: int | None = None
    """The storage that the last reduction wrote for the operation being lowered; nothing has read it yet."""

    def temporary(self, shape: tuple[int, ...], dtype: DType) -> View:
        """Return a view of a new storage."""
        view = contiguous(max(self.storages, default=-1) + 1, shape, dtype)
        self.storages[view.storage] = Storage(dtype, view.count, "temporary")
        return view

    def store(self, out: View, operand: Operand) -> None:
        """Write a value to a view, converted to its type and broadcast to its shape."""
        value = (operand if isinstance(operand, Term) else constant(operand, out.dtype)).to(out.dtype)
        if not out.count or self._redirect_reduction(out, value):
            return
        target = out.expand(out.shape)
        expression = map_loads(value.expression, lambda one: Load(one.view.expand(out.shape)))
        if any(view.overlaps(target) and view != target for view in loads(expression)):
            expression = Load(self.keep(value, out.shape).expand(out.shape))
        self.kernels.append(Elementwise(target, expression, self.phase))

    def keep(self, value: Term, shape: tuple[int, ...] | None = None) -> View:
        """Write a value to new memory, of its own shape or another, and return the view."""
        view = self.temporary(value.shape if shape is None else shape, value.dtype)
        self.store(view, value)
        return view

    def reduce(self, how: Combining, value: Term, dims: tuple[int, ...], scale: float | None = None) -> Term:
        """Return a value combined along dimensions, which keep the size 1."""
        shape = value.shape
        dtype: DType = "i64" if how.startswith("arg") else value.dtype
        out = self.temporary(tuple(1 if dim in dims else size for dim, size in enumerate(shape)), dtype)
        factor = None if scale is None else Constant(scale, dtype)
        if 0 in shape:
            self._reduce_nothing(how, out)
        elif not dims:
            self.store(out, value if factor is None else value * Term(factor))
        else:
            expression = map_loads(value.expression, lambda one: Load(one.view.expand(shape)))
            over, self._unread = out.expand(shape), out.storage
            self.kernels.append(Reduction(over, expression, dims, how, factor, accumulate=False, phase=self.phase))
        return term_of(out)

    def scan(self, out: View, source: Term, dim: int) -> None:
        """Write cumulative sums along a dimension."""
        view = self.keep(source) if not isinstance(source.expression, Load) else source.expression.view
        if view.overlaps(out) and view != out:
            view = self.keep(source)
        if out.count:
            self.kernels.append(Scan(out, view, dim, self.phase))

    def multiply(
        self,
        out: View,
        left: View,
        right: View,
        addend: View | None = None,
        *,
        alpha: Operand = 1,
        beta: Operand = 1,
    ) -> None:
        """Write `alpha * left @ right + beta * addend`; an addend times 0 is not read, as in PyTorch."""
        if out.dtype not in FLOATS:
            raise NoKernelError(f"a product of {out.dtype}")
        addend = None if addend is None or _is_zero(beta) else addend.expand(out.shape)
        if not left.count or not right.count:
            self.store(out, 0 if addend is None else term_of(addend) * beta)
            return
        same = addend is not None and addend == out.expand(out.shape)
        reads = (left, right, *(() if addend is None or same else (addend,)))
        target = self.temporary(out.shape, out.dtype) if any(view.overlaps(out) for view in reads) else out
        factors = _scalar(alpha, out.dtype), _scalar(beta, out.dtype)
        self.kernels.append(Product(target, left, right, out if same else addend, *factors, self.phase))
        if target is not out:
            self.store(out, term_of(target))

    def _reduce_nothing(self, how: Combining, out: View) -> None:
        if out.count and how not in _EMPTY:
            raise NoKernelError(f"{how} of nothing")
        self.store(out, _EMPTY.get(how, 0))

    def _redirect_reduction(self, out: View, value: Term) -> bool:
        """If a value is what the last kernel reduced, let that kernel write it to a view, and return True."""
        last = self.kernels[-1] if self.kernels else None
        if not isinstance(last, Reduction) or not isinstance(value.expression, Load):
            return False
        view = value.expression.view
        whole = view.storage == self._unread == last.out.storage and view.shape == out.shape
        if not whole or len(out.shape) != len(last.out.shape) or any(read.overlaps(out) for read in last.reads):
            return False
        self.kernels[-1] = replace(last, out=out.expand(last.out.shape))
        del self.storages[view.storage]
        self._unread = None
        return True


def _is_zero(operand: Operand) -> bool:
    return not isinstance(operand, Term) and operand == 0


def _scalar(operand: Operand, dtype: DType) -> Constant | Number:
    if not isinstance(operand, Term):
        return Constant(float(operand), dtype)
    if not isinstance(operand.expression, Constant | Number):
        raise NoKernelError("a factor that is no number")
    return operand.expression
