"""Operations on large tensors whose memory was never written: only the shapes of results are computed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from numpy import broadcast_shapes  # torch's own imports sympy, which takes seconds
from torch import Tensor

LARGE = 2**18
"""Elements of the tensors whose values are not computed."""

ALLOCATED = {"empty_like", "zeros_like", "ones_like", "full_like", "clone", "new_zeros", "new_ones", "new_full"}
"""Operations that allocate a tensor like another, and write it."""

PRODUCTS = {"mm", "addmm", "bmm", "baddbmm"}
"""Products of matrices, whose factors are the last two tensors."""


def run_without_values(func: Any, arguments: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """Run an operation; if large tensors take part, return results of the right shapes and types without values.

    Memory that was never written takes no room. Operations without a rule here are run as they are.
    """
    given = list(tensors_in([arguments, list(keywords.values())]))
    schema = func._schema  # noqa: SLF001 - the only description of an operation
    name = schema.name.partition("::")[2]
    if func.is_view or not given or max(_sizes(func, name, given)) < LARGE:
        return func(*arguments, **keywords)
    if schema.is_mutable:
        written = [value for argument, value in bound(schema, arguments, keywords) if is_written(argument)]
        return written[0] if len(schema.returns) == 1 else tuple(written) if schema.returns else None
    if name in ALLOCATED:
        first = given[0].as_strided((1,) * given[0].dim(), (1,) * given[0].dim())
        small = func(first, *_unsized(name, arguments), **keywords)
        return torch.empty(arguments[1] if name.startswith("new_") else given[0].shape, dtype=small.dtype)
    if torch.Tag.pointwise in func.tags and len(schema.returns) == 1 and _is_tensor(schema.returns[0]):
        return _elementwise(func, arguments, keywords, given)
    if name in PRODUCTS:
        left, right = given[-2:]
        return torch.empty((*left.shape[:-1], right.shape[-1]), dtype=left.dtype)
    return func(*arguments, **keywords)


def _sizes(func: Any, name: str, given: list[Tensor]) -> Iterator[int]:
    """Yield the number of elements of the tensors that take part, and of the result where it is known."""
    yield from (tensor.numel() for tensor in given)
    if name in PRODUCTS:
        yield given[-2].numel() * given[-1].shape[-1] // max(1, given[-2].shape[-1])
    elif torch.Tag.pointwise in func.tags and not func._schema.is_mutable:  # noqa: SLF001
        yield math.prod(broadcast_shapes(*(tensor.shape for tensor in given)))


def _unsized(name: str, arguments: Sequence[Any]) -> list[Any]:
    """Return the arguments after the tensor, for a result of one element."""
    rest = list(arguments[1:])
    return [[1], *rest[1:]] if name.startswith("new_") else rest


def _elementwise(func: Any, arguments: Sequence[Any], keywords: dict[str, Any], given: list[Tensor]) -> Tensor:
    shape = broadcast_shapes(*(tensor.shape for tensor in given))

    def first(value: Any) -> Any:
        """Return the first element of a tensor, in as many dimensions, for the type of the result."""
        if isinstance(value, Tensor):
            return torch.ones((1,) * value.dim(), dtype=value.dtype)
        return [first(one) for one in value] if isinstance(value, (list, tuple)) else value

    dtype = func(*map(first, arguments), **{name: first(value) for name, value in keywords.items()}).dtype
    like = next((tensor for tensor in given if tensor.shape == shape), None)
    return torch.empty(shape, dtype=dtype) if like is None else torch.empty_like(like, dtype=dtype)


def _is_tensor(returned: Any) -> bool:
    return str(returned.type) == "Tensor"


def tensors_in(value: Any) -> Iterator[Tensor]:
    """Yield the tensors in an argument, also those in lists."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from tensors_in(one)


def bound(schema: Any, arguments: Sequence[Any], keywords: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the arguments of an operation that were given, each as its description in the schema and its value."""
    for position, argument in enumerate(schema.arguments):
        if argument.name in keywords:
            yield argument, keywords[argument.name]
        elif position < len(arguments):
            yield argument, arguments[position]


def is_written(argument: Any) -> bool:
    """Whether an operation writes an argument, by its description in the schema."""
    return argument.alias_info is not None and argument.alias_info.is_write
