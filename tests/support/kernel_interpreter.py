"""Executes the kernels of a program with PyTorch: the oracle of lowering, passes and compiled code."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import torch
from torch import Tensor

from minidl_native.kernels.expression import Apply, Constant, Expression, Load, Number
from minidl_native.kernels.kernel import (
    Elementwise,
    Foreign,
    Fused,
    Kernel,
    NumberAt,
    Product,
    Reduction,
    Scan,
    StoreResult,
    TakeRows,
)
from minidl_native.kernels.program import Program, Storage
from minidl_native.kernels.view import View
from minidl_native.recording.recording import RandomSource

DTYPES = {"f32": torch.float32, "f64": torch.float64, "i64": torch.int64, "b1": torch.bool}
"""PyTorch's types by the names of kernels."""

FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    **{name: getattr(torch, name) for name in ("add", "sub", "mul", "div", "neg", "abs", "sign", "maximum", "minimum")},
    **{name: getattr(torch, name) for name in ("sqrt", "exp", "expm1", "log", "log1p", "tanh", "sigmoid", "erf")},
    **{name: getattr(torch, name) for name in ("sin", "cos", "pow", "floor", "ceil", "round", "trunc")},
    **{name: getattr(torch, name) for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    **{name: getattr(torch, f"bitwise_{name}") for name in ("and", "or", "xor", "not")},
    "select": torch.where,
    "fma": lambda a, b, c: (a.double() * b.double() + c.double()).to(a.dtype),
}


def product_over(value: Tensor, dims: Sequence[int]) -> Tensor:
    """Return the product over several dimensions."""
    for dim in sorted(dims, reverse=True):
        value = value.prod(dim)
    return value


REDUCTIONS: dict[str, Callable[..., Tensor]] = {
    "sum": torch.sum,
    "prod": product_over,
    "max": torch.amax,
    "min": torch.amin,
    "argmax": lambda value, dims: value.argmax(*dims),
    "argmin": lambda value, dims: value.argmin(*dims),
    "any": torch.any,
    "all": torch.all,
}


def interpret(  # noqa: PLR0913 - the tables that compiled code reads
    program: Program,
    memory: Mapping[int, Tensor],
    *,
    rows: Tensor | None = None,
    inputs: Tensor | None = None,
    targets: Tensor | None = None,
    numbers: Sequence[float] = (),
    random: Tensor | None = None,
    results: Tensor | None = None,
    generators: Sequence[torch.Generator] = (),
) -> bool:
    """Execute one step of a program, and check that its kernels keep their rules.

    Args:
        program: the program.
        memory: a flat tensor for each storage; those without one get memory of their own, of NaN.
        rows: the rows of the step's batch.
        inputs: all inputs, `(samples, *features)`.
        targets: all targets.
        numbers: the numbers that may change from step to step.
        random: the i64 numbers drawn for the step.
        results: the tensor that receives the results.
        generators: the generators that foreign operations draw from.

    Returns:
        False if a result ended the run.

    Raises:
        AssertionError: if a kernel breaks a rule of its kind, such as views that overlap.
    """
    own = {number: _empty(one) for number, one in program.storages.items() if number not in memory}
    drawn = {n: random for n, one in program.storages.items() if one.role == "random" and random is not None}
    data = {"inputs": inputs, "targets": targets}
    run = _Interpretation(program, {**own, **memory, **drawn}, data, rows, numbers, results, generators)
    return all(run.execute(kernel) for kernel in program.kernels)


def empty_memory(program: Program) -> dict[int, Tensor]:
    """Return memory for all storages of a program, of NaN and of the largest integers."""
    return {number: _empty(storage) for number, storage in program.storages.items()}


def _empty(storage: Storage) -> Tensor:
    dtype = DTYPES[storage.dtype]
    poison = math.nan if dtype.is_floating_point else dtype == torch.bool or torch.iinfo(dtype).max
    return torch.full((storage.size,), poison, dtype=dtype)


@dataclass
class _Interpretation:
    program: Program
    memory: dict[int, Tensor]
    data: Mapping[str, Tensor | None]
    rows: Tensor | None
    numbers: Sequence[float]
    results: Tensor | None
    generators: Sequence[torch.Generator]

    def execute(self, kernel: Kernel) -> bool:
        for view in (*kernel.reads, *kernel.writes):
            self.check_view(view)
        if isinstance(kernel, StoreResult):
            return self.store_result(kernel)
        getattr(self, type(kernel).__name__.lower())(kernel)
        return True

    def check_view(self, view: View) -> None:
        storage = self.program.storages[view.storage]
        assert view.dtype == storage.dtype, f"{view} of {storage}"
        assert len(view.shape) == len(view.strides), str(view)
        assert view.offset >= 0, str(view)
        assert min(view.strides, default=0) >= 0, str(view)
        assert view.end <= storage.size or not view.count, f"{view} of {storage}"

    def tensor(self, view: View) -> Tensor:
        memory = self.memory[view.storage]
        return memory.as_strided(view.shape, view.strides, memory.storage_offset() + view.offset)

    def value(self, expression: Expression, shape: tuple[int, ...]) -> Tensor:
        if isinstance(expression, Load):
            assert expression.view.shape == shape, f"{expression.view} in a kernel over {shape}"
            return self.tensor(expression.view)
        if isinstance(expression, Constant):
            return torch.tensor(expression.value, dtype=DTYPES[expression.dtype])
        if isinstance(expression, Number):
            return torch.tensor(float(self.numbers[expression.index]), dtype=DTYPES[expression.dtype])
        return self.apply(expression, shape)

    def apply(self, expression: Apply, shape: tuple[int, ...]) -> Tensor:
        arguments = [self.value(argument, shape) for argument in expression.arguments]
        dtype = DTYPES[expression.dtype]
        if expression.function == "convert":
            return arguments[0].to(dtype)
        operands = arguments[1:] if expression.function == "select" else arguments
        assert len({operand.dtype for operand in operands}) == 1, f"operands of different types: {expression}"
        result = FUNCTIONS[expression.function](*arguments)
        assert result.dtype == dtype, f"{result.dtype} instead of {dtype}: {expression}"
        return result

    def factor(self, scale: Constant | Number, dtype: torch.dtype) -> Tensor:
        return self.value(scale, ()).to(dtype)

    def takerows(self, kernel: TakeRows) -> None:
        data = self.data[kernel.source]
        assert data is not None
        assert self.rows is not None
        assert kernel.out.shape[0] == self.program.batch == len(self.rows)
        self.tensor(kernel.out).copy_(data[self.rows])

    def elementwise(self, kernel: Elementwise) -> None:
        _check_overlap([kernel.out], kernel.reads)
        assert kernel.value.dtype == kernel.out.dtype, str(kernel)
        value = self.value(kernel.value, kernel.out.shape)
        self.tensor(kernel.out).copy_(value.clone())

    def fused(self, kernel: Fused) -> None:
        assert len({part.out.shape for part in kernel.parts}) == 1, "fused kernels of different shapes"
        _check_overlap(kernel.writes, kernel.reads)
        for storage in kernel.unstored:
            self.memory[storage] = _empty(self.program.storages[storage])
        for part in kernel.parts:
            self.elementwise(part)
        for storage in kernel.unstored:
            self.memory[storage] = _empty(self.program.storages[storage])

    def reduction(self, kernel: Reduction) -> None:
        out, dims = kernel.out, kernel.dims
        assert list(dims) == sorted(set(dims)), f"dims {dims}"
        assert all(out.strides[dim] == 0 and out.shape[dim] > 0 for dim in dims), str(out)
        kept = [dim for dim in range(len(out.shape)) if dim not in dims]
        shape, strides = (tuple(values[dim] for dim in kept) for values in (out.shape, out.strides))
        target = View(out.storage, out.offset, shape, strides, out.dtype)
        _check_overlap([target], [view for view in kernel.reads if view is not out], identical=False)
        value = self.value(kernel.value, out.shape).expand(out.shape)
        result = REDUCTIONS[kernel.operation](value, dims) if dims else value
        if kernel.scale is not None:
            result = result * self.factor(kernel.scale, result.dtype)
        if kernel.accumulate:
            assert kernel.operation == "sum", kernel.operation
            result = self.tensor(target) + result
        assert result.dtype == DTYPES[out.dtype], f"{result.dtype} into {out}"
        self.tensor(target).copy_(result)

    def scan(self, kernel: Scan) -> None:
        assert kernel.out.shape == kernel.source.shape
        _check_overlap([kernel.out], [kernel.source])
        self.tensor(kernel.out).copy_(self.tensor(kernel.source).cumsum(kernel.dim))

    def product(self, kernel: Product) -> None:
        _check_overlap([kernel.out], [kernel.left, kernel.right], identical=False)
        _check_overlap([kernel.out], [] if kernel.addend is None else [kernel.addend])
        result = self.tensor(kernel.left) @ self.tensor(kernel.right)
        assert tuple(result.shape) == kernel.out.shape, str(kernel)
        result = self.factor(kernel.alpha, result.dtype) * result
        if kernel.addend is not None:
            assert kernel.addend.shape == kernel.out.shape, str(kernel)
            result = result + self.factor(kernel.beta, result.dtype) * self.tensor(kernel.addend)
        self.tensor(kernel.out).copy_(result)

    def foreign(self, kernel: Foreign) -> None:
        namespace, name, overload = kernel.name.split(".")
        operation = getattr(getattr(getattr(torch.ops, namespace), name), overload)
        keywords = {name: self.argument(value) for name, value in kernel.keywords}
        found = operation(*map(self.argument, kernel.arguments), **keywords)
        tensors = [one for one in (found if isinstance(found, tuple | list) else (found,)) if isinstance(one, Tensor)]
        owned = {tensor.untyped_storage().data_ptr() for tensor in self.memory.values()}
        fresh = [tensor for tensor in tensors if tensor.untyped_storage().data_ptr() not in owned]
        for view, tensor in zip(kernel.writes, fresh, strict=False):
            self.tensor(view).copy_(tensor)

    def argument(self, argument: Any) -> Any:
        if isinstance(argument, View):
            return self.tensor(argument)
        if isinstance(argument, RandomSource):
            return self.generators[argument.index]
        if isinstance(argument, NumberAt):
            return self.tensor(argument.view).item()
        return [self.argument(one) for one in argument] if isinstance(argument, tuple) else argument

    def store_result(self, kernel: StoreResult) -> bool:
        assert self.results is not None
        value = self.tensor(kernel.source).reshape(())
        self.results[kernel.index] = value
        return not kernel.ends_run or bool(value.isfinite())


def _places(view: View) -> Tensor:
    steps = [
        torch.arange(size).mul(stride).view(-1, *(1,) * (len(view.shape) - dim - 1))
        for dim, (size, stride) in enumerate(zip(view.shape, view.strides, strict=True))
    ]
    return view.offset + sum(steps, torch.zeros(view.shape, dtype=torch.int64))


def _check_overlap(writes: Sequence[View], reads: Iterable[View], *, identical: bool = True) -> None:
    """Check that no view that is written has an element twice, or shares elements with a view in another order."""
    for view in writes:
        assert len(_places(view).unique()) == view.count, f"written more than once: {view}"
    for one, other in (*((one, other) for one in writes for other in reads), *combinations(writes, 2)):
        if one.storage == other.storage and one.count and other.count:
            first, second = _places(one), _places(other)
            same = identical and torch.equal(first, second)
            assert same or not torch.isin(first, second).any(), f"{one} is written and overlaps {other}"
