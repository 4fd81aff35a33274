"""The signatures of PyTorch's operations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch

from minidl_native.kernels.view import View
from minidl_native.recording.recording import Operation

_UNDECLARED = {"native_batch_norm": {"running_mean", "running_var"}}
"""Arguments that operations write without saying so."""

_DRAWING = {"bernoulli_", "cauchy_", "exponential_", "geometric_", "log_normal_", "normal_", "random_", "uniform_"}
"""Operations that fill a tensor with random numbers, and do not read what it was."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The names of an operation's arguments.

    Attributes:
        names: all of them, in order.
        written: those that it writes.
        unread: those that it writes without reading them.
    """

    names: tuple[str, ...]
    written: frozenset[str]
    unread: frozenset[str]


@cache
def describe_arguments(name: str) -> Arguments:
    """Return the names of the arguments of an operation such as `aten.add.Tensor`."""
    namespace, operation, overload = name.split(".")
    found = getattr(getattr(getattr(torch.ops, namespace), operation), overload)
    arguments = list(found._schema.arguments)  # noqa: SLF001 - PyTorch has no public access to it
    writes = torch.Tag.inplace_view not in found.tags  # else it changes how a tensor views its memory
    written = {one.name for one in arguments if writes and one.alias_info is not None and one.alias_info.is_write}
    unread = {one.name for one in arguments if one.name in written and (one.kwarg_only or operation in _DRAWING)}
    written |= _UNDECLARED.get(operation, set())
    return Arguments(tuple(one.name for one in arguments), frozenset(written), frozenset(unread))


def named_arguments(operation: Operation) -> dict[str, Any]:
    """Return the arguments that were given, by name."""
    names = describe_arguments(operation.name).names
    return dict(zip(names, operation.arguments, strict=False)) | dict(operation.keywords)


def views_in(argument: Any) -> Iterator[View]:
    """Yield the views of an argument, also of those in tuples."""
    if isinstance(argument, View):
        yield argument
    elif isinstance(argument, tuple):
        for one in argument:
            yield from views_in(one)


def read_views(operation: Operation) -> tuple[View, ...]:
    """Return the views among the arguments that the operation reads."""
    unread = describe_arguments(operation.name).unread
    return tuple(views_in(tuple(one for name, one in named_arguments(operation).items() if name not in unread)))


def written_views(operation: Operation) -> tuple[View, ...]:
    """Return the views among the arguments that the operation writes."""
    written = describe_arguments(operation.name).written
    if not written:
        return ()
    return tuple(views_in(tuple(one for name, one in named_arguments(operation).items() if name in written)))


def new_results(operation: Operation) -> tuple[View, ...]:
    """Return the results that do not share memory with an argument."""
    arguments = views_in((operation.arguments, tuple(value for _, value in operation.keywords)))
    storages = {view.storage for view in arguments}
    return tuple(view for view in operation.results if view.storage not in storages)


def is_view(operation: Operation) -> bool:
    """Whether the operation returns only views of its arguments, and writes nothing."""
    return bool(operation.results) and not new_results(operation) and not written_views(operation)
