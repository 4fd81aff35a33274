"""Finds an operation in the tables, and writes its kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from inspect import Signature, signature
from typing import Any, TypeVar

import torch

from minidl_native.kernels.expression import Number
from minidl_native.kernels.view import DType, View
from minidl_native.lowering.copies import COPIES
from minidl_native.lowering.elementwise import FORMULAS
from minidl_native.lowering.kernel_writer import KernelWriter
from minidl_native.lowering.products import PRODUCTS
from minidl_native.lowering.promotion import promoted
from minidl_native.lowering.reductions import REDUCTIONS, Over
from minidl_native.lowering.schema import named_arguments
from minidl_native.lowering.term import FLOATS, NoKernelError, Term, broadcast_shape, term_of
from minidl_native.recording.recording import ChangingNumber, Operation

Entry = TypeVar("Entry")

_OF_RESULTS = {"dtype", "layout", "device", "pin_memory", "memory_format", "out", "non_blocking", "generator"}
"""Arguments that say how to make a result, not what it is."""

_OF_DIMENSIONS = {"dim", "keepdim", "input_dtype", "half_to_float"}
"""Arguments of reductions that formulas do not take."""

_FOREACH = "_foreach_"
_FOREACH_NAMES = {"norm": "linalg_vector_norm"}


def write_kernels(writer: KernelWriter, operation: Operation) -> None:
    """Write the kernels of an operation.

    Raises:
        NoKernelError: no table has the operation, or not for these arguments; nothing is written then.
    """
    kernels, storages = len(writer.kernels), set(writer.storages)
    try:
        for one in _single_operations(operation):
            _write(writer, one)
    except NoKernelError:
        del writer.kernels[kernels:]
        for storage in set(writer.storages) - storages:
            del writer.storages[storage]
        raise


def _write(writer: KernelWriter, operation: Operation) -> None:
    formula = _entry(FORMULAS, operation.name)
    reduction = _entry(REDUCTIONS, operation.name)
    direct = _entry(PRODUCTS, operation.name) or _entry(COPIES, operation.name)
    if formula is not None:
        _write_formula(writer, operation, formula)
    elif reduction is not None:
        _write_reduction(writer, operation, reduction)
    elif direct is not None:
        (out,) = operation.results
        arguments = [one if isinstance(one, View) else _value_of(one, out.dtype) for one in operation.arguments]
        _call(direct, writer, out, *arguments, **_settings(operation, out.dtype))
    else:
        raise NoKernelError(operation.name)


def _entry(table: Mapping[str, Entry], name: str) -> Entry | None:
    namespace, base, overload = name.split(".")
    if namespace != "aten":
        return None
    root = base[:-1] if base.endswith("_") and not base.endswith("__") else base
    return table.get(f"{root}.{overload}", table.get(root))


def _single_operations(operation: Operation) -> Iterator[Operation]:
    """Yield the operations that an operation on lists of tensors consists of; others themselves."""
    name = operation.name.split(".")[1]
    if not name.startswith(_FOREACH):
        yield operation
        return
    if not isinstance(operation.arguments[0], tuple):
        raise NoKernelError("a number with each of several tensors")
    count = len(operation.arguments[0])
    root = name.removeprefix(_FOREACH)
    for index in range(count):
        arguments = tuple(
            argument[index] if isinstance(argument, tuple) and len(argument) == count else argument
            for argument in operation.arguments
        )
        results = operation.results[index : index + 1] or (arguments[0],)
        single = f"aten.{_FOREACH_NAMES.get(root, root)}.default"
        yield replace(operation, name=single, arguments=arguments, results=results)


def _write_formula(writer: KernelWriter, operation: Operation, formula: Callable[..., Any]) -> None:
    names = list(_signature(formula).parameters)
    given = dict(operation.keywords)
    operands = [*operation.arguments, *(value for name, value in given.items() if name not in _OF_RESULTS)]
    dtype = _computed(operands, operation.results[0].dtype)
    arguments = [
        _value_of(argument, None if name == "condition" else dtype)
        for name, argument in zip((*names, *("",) * len(operation.arguments)), operation.arguments, strict=False)
    ]
    values = _call(formula, *arguments, **_settings(operation, dtype))
    for out, value in zip(operation.results, values if isinstance(values, tuple) else (values,), strict=False):
        writer.store(out, value)


def _computed(operands: list[Any], result: DType) -> DType:
    """Return the type that an element-wise operation computes in."""
    if not any(isinstance(operand, View) for operand in operands):
        return result
    floating: DType = "f64" if torch.get_default_dtype() == torch.float64 else "f32"
    dtype = promoted(operands, floating)
    return result if dtype is None or (result in FLOATS and dtype not in FLOATS) else dtype


def _write_reduction(writer: KernelWriter, operation: Operation, formula: Callable[..., Any]) -> None:
    given = {name: value for name, value in named_arguments(operation).items() if name not in _OF_RESULTS - {"dtype"}}
    tensors = [value for value in given.values() if isinstance(value, View)]
    settings = {name: value for name, value in given.items() if not isinstance(value, View)}
    rank = len(broadcast_shape(tensor.shape for tensor in tensors))
    dims = _dims(settings.get("dim"), rank)
    if settings.get("dim") == () and operation.results[0].shape == tensors[0].shape != ():
        raise NoKernelError("no dimensions to reduce")
    result = operation.results[0].dtype
    converts = settings.pop("dtype", None) is not None or result != "i64"
    values = [term_of(tensor).to(result) if converts else term_of(tensor) for tensor in tensors]
    settings = {name: one for name, one in settings.items() if one is not None and name not in _OF_DIMENSIONS}
    if any(isinstance(value, ChangingNumber | tuple) for value in settings.values()):
        raise NoKernelError("a number that changes")
    found = _call(formula, Over(writer, dims), *values, **settings)
    for out, value in zip(operation.results, found if isinstance(found, tuple) else (found,), strict=False):
        writer.store(_with_dims(out, dims, rank), value)


def _dims(given: Any, rank: int) -> tuple[int, ...]:
    dims = (given,) if isinstance(given, int) else given
    return tuple(sorted(dim % rank for dim in dims)) if dims and rank else tuple(range(rank))


def _with_dims(out: View, dims: tuple[int, ...], rank: int) -> View:
    """Return a result without the dimensions reduced as one where these have the size 1."""
    if len(out.shape) == rank:
        return out
    sizes, strides = iter(out.shape), iter(out.strides)
    shape = tuple(1 if dim in dims else next(sizes) for dim in range(rank))
    return replace(out, shape=shape, strides=tuple(0 if dim in dims else next(strides) for dim in range(rank)))


def _value_of(argument: Any, dtype: DType | None) -> Any:
    """Return an argument of a formula: tensors as values of a type, numbers that change likewise."""
    if isinstance(argument, View):
        return term_of(argument) if dtype is None else term_of(argument).to(dtype)
    if isinstance(argument, ChangingNumber) and dtype is not None:
        return Term(Number(argument.index, dtype))
    return argument


def _settings(operation: Operation, dtype: DType) -> dict[str, Any]:
    return {name: _value_of(value, dtype) for name, value in operation.keywords if name not in _OF_RESULTS}


@cache
def _signature(function: Callable[..., Any]) -> Signature:
    return signature(function)


def _call(function: Callable[..., Any], *arguments: Any, **settings: Any) -> Any:
    """Call an entry of a table; it has no kernel for arguments that it does not take."""
    try:
        _signature(function).bind(*arguments, **settings)
    except TypeError as error:
        raise NoKernelError(str(error)) from error
    return function(*arguments, **settings)
