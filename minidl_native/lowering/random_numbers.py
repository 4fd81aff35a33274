"""Random numbers that can be drawn ahead, for many steps at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import torch

from minidl_native.kernels.view import contiguous
from minidl_native.lowering.schema import views_in
from minidl_native.lowering.term import Term, term_of
from minidl_native.recording.recording import Operation, RandomSource, Recording

MANTISSA = 2**53
"""PyTorch makes a float64 from 0 to 1 of the lowest 53 bits of a drawn number."""


def _integers(draws: Term) -> Term:
    return draws


def _bernoulli(draws: Term, p: float = 0.5) -> Term:
    return (draws & (MANTISSA - 1)) < math.ceil(p * MANTISSA)


_FROM_DRAWS: dict[str, Callable[..., Term]] = {
    "aten.random_.default": _integers,
    "aten.bernoulli_.float": _bernoulli,
    "aten.bernoulli.p": _bernoulli,
}
"""Results from one i64 draw for each element; the arguments after the tensor are numbers."""


def source_of(operation: Operation) -> RandomSource | None:
    """Return the generator that an operation draws from."""
    return next((value for _, value in operation.keywords if isinstance(value, RandomSource)), None)


def drawn_source(recording: Recording) -> int | None:
    """Return the generator whose numbers can be drawn before the steps, all at once; None if there is none.

    Each step reads the next numbers of `torch.empty(draws, dtype=torch.int64).random_(generator=generator)`. All that
    draws from this generator must do so; random numbers of other operations are drawn by PyTorch, step by step.
    """
    drawing = [(operation, source_of(operation)) for operation in recording.operations]
    sources = {source.index for _, source in drawing if source is not None}
    foreign = {source.index for operation, source in drawing if source is not None and not _from_draws(operation)}
    return min(sources - foreign, default=None)


def random_values(operation: Operation, storage: int, offset: int) -> Term:
    """Return the values of an operation of `drawn_source`, from draws that lie in a storage from an offset on."""
    draws = replace(contiguous(storage, operation.results[0].shape, "i64"), offset=offset)
    return _FROM_DRAWS[operation.name](term_of(draws), *operation.arguments[1:])


def _from_draws(operation: Operation) -> bool:
    if operation.name not in _FROM_DRAWS or not all(isinstance(p, float) for p in operation.arguments[1:]):
        return False
    (out,) = views_in(operation.results)
    if out.strides != contiguous(0, out.shape, "i64").strides:
        return False  # PyTorch draws in the order of memory
    return out.dtype == "i64" if operation.name == "aten.random_.default" else _draws_bernoulli_by_comparison()


@cache
def _draws_bernoulli_by_comparison() -> bool:
    """Whether PyTorch's Bernoulli numbers are comparisons of uniform ones, which depends on its build and processor."""
    size, generator = 64, torch.Generator()
    draws = torch.empty(size, dtype=torch.int64).random_(generator=generator.manual_seed(0))
    expected = torch.empty(size, dtype=torch.float64).bernoulli_(0.3, generator=generator.manual_seed(0))
    return torch.equal((draws % MANTISSA < 0.3 * MANTISSA).double(), expected)
