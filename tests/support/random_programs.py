"""Random programs, for property tests of passes, plans and compiled code."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import torch
from hypothesis import strategies as st
from torch import Tensor

from minidl_native.kernels.expression import Apply, Constant, Expression, Load, Number
from minidl_native.kernels.kernel import Elementwise, Kernel, Phase, Product, Reduction, Scan, StoreResult, TakeRows
from minidl_native.kernels.program import Program, Role, Storage
from minidl_native.kernels.view import DType, View, contiguous
from tests.support.kernel_interpreter import DTYPES

SAMPLES = 20
"""The samples of the data that the programs take rows of."""

ROWS, INPUTS, TARGETS, NUMBERS = "rows", "inputs", "targets", "numbers"

BOUNDED = ("tanh", "sigmoid", "sin", "cos")
UNARY = (*BOUNDED, "neg", "abs", "sign", "floor", "round", "erf")
BINARY = ("add", "sub", "mul", "maximum", "minimum")
COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")


@dataclass
class Draft:
    """A program that is being written: a layer of `inner` and `outer` features, and operations on what is there.

    Attributes:
        draw: draws from a strategy.
        dtype: the type of the numbers.
        batch: the samples of a step.
        inner: the features of a sample.
        outer: the features after the layer.
    """

    draw: st.DrawFn
    dtype: Literal["f32", "f64"]
    batch: int
    inner: int
    outer: int
    phase: Phase = "forward"
    storages: dict[int, Storage] = field(default_factory=dict)
    kernels: list[Kernel] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    """What may be read: views of memory that has been written."""
    results: int = 0

    def new(self, shape: tuple[int, ...], role: Role = "temporary", dtype: DType | None = None) -> View:
        """Return a view of a new storage; temporary ones may have gaps between rows."""
        view = contiguous(len(self.storages), shape, dtype or self.dtype)
        gap = self.draw(st.sampled_from((0, 0, 0, 1))) if role == "temporary" and len(shape) == 2 else 0
        if gap:
            view = replace(view, offset=gap, strides=(shape[1] + gap, 1))
        elif role == "temporary" and len(shape) == 2 and self.draw(st.sampled_from((True, False, False))):
            view = replace(view, strides=(1, shape[0]))
        self.storages[view.storage] = Storage(view.dtype, max(view.end, view.offset + view.count), role)
        return view

    def emit(self, kernel: Kernel, *written: View) -> None:
        """Add a kernel, after which views may be read."""
        self.kernels.append(kernel)
        self.views += written

    def some(self, shape: tuple[int, ...]) -> View:
        """Draw a view that can be read over a shape, as it is or broadcast."""
        fitting = [view for view in self.views if _broadcasts(view.shape, shape)]
        return self.draw(st.sampled_from(fitting[-8:])).expand(shape)

    def expression(self, shape: tuple[int, ...], depth: int = 2) -> Expression:
        """Draw an expression over a shape; its values are bounded."""
        kind = self.draw(st.integers(0, 6)) if depth else self.draw(st.integers(0, 1))
        if kind == 0:
            return Constant(self.draw(st.sampled_from((0.0, 1.0, -0.5, 2.0, 0.25))), self.dtype)
        if kind == 1:
            return Load(self.some(shape))
        first, second = self.expression(shape, depth - 1), self.expression(shape, depth - 1)
        if kind == 2:
            return Apply(self.draw(st.sampled_from(UNARY)), (first,), self.dtype)
        if kind == 3:
            condition = Apply(self.draw(st.sampled_from(COMPARISONS)), (first, second), "b1")
            return Apply("select", (condition, second, Load(self.some(shape))), self.dtype)
        if kind == 4:
            condition = Apply(self.draw(st.sampled_from(COMPARISONS)), (first, second), "b1")
            return Apply("mul", (Apply("convert", (condition,), self.dtype), second), self.dtype)
        return Apply(self.draw(st.sampled_from(BINARY)), (first, second), self.dtype)

    def elementwise(self) -> None:
        """Write an expression to new memory, or in place."""
        shape = self.draw(st.sampled_from(self.views)).shape
        bounded = Apply(self.draw(st.sampled_from(BOUNDED)), (self.expression(shape),), self.dtype)
        targets = [
            view for view in self.views if view.shape == shape and view.storage and _writable(view, self.storages)
        ]
        if targets and self.draw(st.booleans()):
            out = self.draw(st.sampled_from(targets))
            if not any(
                read != out and read.storage == out.storage for read in Elementwise(out, bounded, "forward").reads
            ):
                self.emit(Elementwise(out, bounded, self.phase))
                return
        out = self.new(shape)
        self.emit(Elementwise(out, bounded, self.phase), out)

    def copy(self) -> None:
        """Copy a view to new memory."""
        source = self.draw(st.sampled_from(self.views))
        out = self.new(source.shape)
        self.emit(Elementwise(out, Load(source), self.phase), out)

    def reduction(self) -> None:
        """Reduce an expression along some dimensions."""
        shape = self.draw(st.sampled_from([view.shape for view in self.views if view.shape]))
        dims = tuple(sorted(self.draw(st.sets(st.integers(0, len(shape) - 1), min_size=1))))
        kept = tuple(size for dim, size in enumerate(shape) if dim not in dims)
        out = self.new(kept)
        strides = iter(out.strides)
        over = replace(
            out, shape=shape, strides=tuple(0 if dim in dims else next(strides) for dim in range(len(shape)))
        )
        operation = self.draw(st.sampled_from(("sum", "sum", "max", "min")))
        scale = Constant(0.125, self.dtype) if operation == "sum" else None
        self.emit(
            Reduction(over, self.expression(shape, 1), dims, operation, scale, accumulate=False, phase=self.phase), out
        )

    def scan(self) -> None:
        """Sum cumulatively along a dimension."""
        source = self.draw(st.sampled_from([view for view in self.views if view.shape]))
        total, out = self.new(source.shape), self.new(source.shape)
        self.emit(Scan(total, source, self.draw(st.integers(0, len(source.shape) - 1)), self.phase))
        self.emit(Elementwise(out, Apply("tanh", (Load(total),), self.dtype), self.phase), out)

    def layer(self, block: View) -> tuple[View, View]:
        """Multiply a batch by a weight and add a bias; return the batch and the product."""
        x = self.draw(st.sampled_from([view for view in self.views if view.shape == (self.batch, self.inner)]))
        weight = View(block.storage, 0, (self.outer, self.inner), (self.inner, 1), self.dtype)
        bias = View(block.storage, self.outer * self.inner, (self.outer,), (1,), self.dtype)
        y = self.new((self.batch, self.outer))
        addend = bias.expand(y.shape) if self.draw(st.booleans()) else None
        one, alpha = Constant(1.0, self.dtype), Constant(self.draw(st.sampled_from((1.0, 0.5))), self.dtype)
        self.emit(Product(y, x, _transposed(weight), addend, alpha, one, self.phase), y)
        if addend is None:
            z = self.new(y.shape)
            value = Apply("add", (Load(y), Load(bias.expand(y.shape))), self.dtype)
            self.emit(Elementwise(z, value, self.phase), z)
        return x, self.views[-1]

    def gradients(self, x: View, y: View, gradient: View) -> None:
        """Write the gradients of a layer to views of the block of gradients, directly or by copies."""
        weights, one = self.outer * self.inner, Constant(1.0, self.dtype)
        weight = View(gradient.storage, 0, (self.outer, self.inner), (self.inner, 1), self.dtype)
        bias = View(gradient.storage, weights, (self.outer,), (1,), self.dtype)
        product, total = self.new(weight.shape), self.new(bias.shape)
        self.emit(Product(product, _transposed(y), x, None, Constant(0.125, self.dtype), one, "backward"), product)
        self.emit(Elementwise(weight, Load(product), "backward"))
        over = replace(total, shape=y.shape, strides=(0, 1))
        self.emit(
            Reduction(over, Load(y), (0,), "sum", Constant(0.125, self.dtype), accumulate=False, phase="backward")
        )
        self.emit(Elementwise(bias, Load(total), "backward"), gradient)

    def update(self, block: View, gradient: View, momentum: View) -> None:
        """Change the block of parameters by its gradient, with momentum or without."""
        step = gradient
        if self.draw(st.booleans()):
            half = Apply("mul", (Load(momentum), Constant(0.5, self.dtype)), self.dtype)
            self.emit(Elementwise(momentum, Apply("add", (half, Load(gradient)), self.dtype), "update"))
            step = momentum
        scaled = Apply("mul", (Number(0, self.dtype), Load(step)), self.dtype)
        self.emit(Elementwise(block, Apply("sub", (Load(block), scaled), self.dtype), "update"))

    def result(self) -> None:
        """Store the mean of a view."""
        view, out = self.draw(st.sampled_from(self.views)), self.new(())
        dims, over = tuple(range(len(view.shape))), replace(out, shape=view.shape, strides=(0,) * len(view.shape))
        scale = Constant(1 / view.count, self.dtype)
        self.emit(Reduction(over, Load(view), dims, "sum", scale, accumulate=False, phase=self.phase))
        self.emit(StoreResult(out, self.results, ends_run=self.draw(st.booleans()), phase=self.phase))
        self.results += 1

    def program(self) -> Program:
        """Return what was written."""
        return Program(tuple(self.kernels), self.storages, self.dtype, self.batch, self.results, 1, 0)


@st.composite
def programs(draw: st.DrawFn, dtype: Literal["f32", "f64"] = "f64", most: int = 10) -> Program:
    """Draw a program: kernels before, between and after a layer, its gradients and its update.

    Args:
        draw: draws from a strategy.
        dtype: the type of the numbers.
        most: the largest number of drawn kernels in each of the three parts.
    """
    sizes = st.integers(1, 9)
    draft = Draft(draw, dtype, draw(sizes), draw(sizes), draw(sizes))
    features = draft.outer * draft.inner + draft.outer
    x = draft.new((draft.batch, draft.inner))
    block, gradient, momentum = (draft.new((features,), role) for role in ("state", "gradient", "state"))
    constant = draft.new((draft.inner,), "constant")
    draft.emit(
        TakeRows(replace(contiguous(x.storage, x.shape, dtype)), "inputs"), contiguous(x.storage, x.shape, dtype)
    )
    draft.views += [block, View(block.storage, 0, (draft.outer, draft.inner), (draft.inner, 1), dtype), constant]
    kinds = (draft.elementwise, draft.elementwise, draft.elementwise, draft.copy, draft.reduction, draft.scan)
    _some_kernels(draft, kinds, most)
    entry, y = draft.layer(block)
    _some_kernels(draft, kinds, most)
    draft.result()
    draft.phase = "backward"
    if draw(st.booleans()):
        draft.gradients(entry, y, gradient)
        draft.phase = "update"
        draft.update(block, gradient, momentum)
    _some_kernels(draft, kinds, most)
    draft.result()
    return draft.program()


def memory_for(program: Program, seed: int) -> dict[int, Tensor]:
    """Return random memory for the storages that outlive a step; the others have none."""
    generator = torch.Generator().manual_seed(seed)
    return {
        number: torch.randn(storage.size, dtype=torch.float64, generator=generator).to(DTYPES[storage.dtype])
        for number, storage in program.storages.items()
        if storage.role != "temporary"
    }


def data_for(program: Program, seed: int) -> dict[str, Tensor]:
    """Return rows, inputs, targets, numbers and memory of results for `interpret`."""
    generator = torch.Generator().manual_seed(seed)
    shapes = {kernel.source: kernel.out.shape for kernel in program.kernels if isinstance(kernel, TakeRows)}
    dtype = DTYPES[program.dtype]
    return {
        ROWS: torch.randperm(SAMPLES, generator=generator)[: program.batch],
        INPUTS: torch.randn(SAMPLES, *shapes.get("inputs", (1,))[1:], generator=generator, dtype=dtype),
        TARGETS: torch.randn(SAMPLES, *shapes.get("targets", (1,))[1:], generator=generator, dtype=dtype),
        NUMBERS: torch.rand(program.numbers, generator=generator, dtype=torch.float64),
        "results": torch.zeros(program.results, dtype=dtype),
    }


def _some_kernels(draft: Draft, kinds: tuple[object, ...], most: int) -> None:
    for kind in draft.draw(st.lists(st.sampled_from(kinds), max_size=most)):
        kind()  # type: ignore[operator]


def _broadcasts(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    ends = zip(reversed(shape), reversed(target), strict=False)
    return len(shape) <= len(target) and all(size in (1, wanted) for size, wanted in ends)


def _writable(view: View, storages: dict[int, Storage]) -> bool:
    strides = zip(view.shape, view.strides, strict=True)
    return storages[view.storage].role in ("state", "temporary") and all(
        size == 1 or stride for size, stride in strides
    )


def _transposed(view: View) -> View:
    return replace(view, shape=view.shape[::-1], strides=view.strides[::-1])
