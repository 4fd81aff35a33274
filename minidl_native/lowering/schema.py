"""The signatures of PyTorch's operations."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import torch

from minidl_native.kernels.view import View
from minidl_native.recording.recording import Operation

_UNDECLARED = {"native_batch_norm": {"running_mean", "running_var"}}
"""Arguments that operations write without saying so."""


@cache
def argument_names(name: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the names of the arguments of an operation such as `aten.add.Tensor`, and of those that it writes."""
    namespace, operation, overload = name.split(".")
    found = getattr(getattr(getattr(torch.ops, namespace), operation), overload)
    arguments = list(found._schema.arguments)  # noqa: SLF001 - PyTorch has no public access to it
    written = {one.name for one in arguments if one.alias_info is not None and one.alias_info.is_write}
    return tuple(one.name for one in arguments), frozenset(written | _UNDECLARED.get(operation, set()))


def named_arguments(operation: Operation) -> dict[str, Any]:
    """Return the arguments that were given, by name."""
    names, _ = argument_names(operation.name)
    return dict(zip(names, operation.arguments, strict=False)) | dict(operation.keywords)


def views_in(argument: Any) -> Iterator[View]:
    """Yield the views of an argument, also of those in tuples."""
    if isinstance(argument, View):
        yield argument
    elif isinstance(argument, tuple):
        for one in argument:
            yield from views_in(one)


def read_views(operation: Operation) -> tuple[View, ...]:
    """Return the views among the arguments."""
    return tuple(views_in((operation.arguments, tuple(value for _, value in operation.keywords))))


def written_arguments(operation: Operation) -> tuple[View, ...]:
    """Return the views among the arguments that the operation writes."""
    _, written = argument_names(operation.name)
    if not written:
        return ()
    return tuple(views_in(tuple(value for name, value in named_arguments(operation).items() if name in written)))


def new_results(operation: Operation) -> tuple[View, ...]:
    """Return the results that do not share memory with an argument."""
    storages = {view.storage for view in read_views(operation)}
    return tuple(view for view in operation.results if view.storage not in storages)


def is_view(operation: Operation) -> bool:
    """Whether the operation returns only views of its arguments, and writes nothing."""
    return bool(operation.results) and not new_results(operation) and not written_arguments(operation)
