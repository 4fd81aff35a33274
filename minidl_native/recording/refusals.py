"""Operations that cannot be replayed, whatever part calls them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from minidl_native.recording.calling_place import is_called_by_core
from minidl_native.recording.run_parts import storage_key
from minidl_native.recording.unwritten_memory import bound, is_written, tensors_in

RESIZING = {"set_", "resize_", "resize_as_"}
"""Operations that replace the memory of a tensor."""


def reason_against(func: Any, arguments: Sequence[Any], keywords: dict[str, Any], protected: set[int]) -> str:
    """Return why an operation cannot be replayed, as the rest of a sentence; empty if it can.

    Args:
        func: the operation.
        arguments: its arguments.
        keywords: its keyword arguments.
        protected: the keys of the storages that it must not write to.
    """
    schema, tags = func._schema, func.tags  # noqa: SLF001 - the only description of an operation
    name = schema.name.partition("::")[2]
    given = list(tensors_in([arguments, list(keywords.values())]))
    if torch.Tag.data_dependent_output in tags or name in {"is_nonzero", "equal", "item"}:
        return "" if is_called_by_core() else "reads the value of a tensor in Python, which differs from step to step"
    if torch.Tag.dynamic_output_shape in tags and (name != "index" or _has_mask(given[1:])):
        return f"calls {name}, whose result has a shape that depends on the values of tensors"
    if name in RESIZING and not is_called_by_core():
        return f"replaces the memory of a tensor by {name}"
    if torch.Tag.nondeterministic_seeded in tags and not _has_generator(arguments, keywords):
        return "draws from PyTorch's global generator: write generator=self.generator"
    changed = [value for one, value in bound(schema, arguments, keywords) if is_written(one)]
    is_data = any(storage_key(tensor) in protected for tensor in tensors_in(changed))
    return "writes to its input, which may be part of the data" if is_data else ""


def _has_mask(indices: Sequence[torch.Tensor]) -> bool:
    return any(index.dtype == torch.bool for index in indices)


def _has_generator(arguments: Sequence[Any], keywords: dict[str, Any]) -> bool:
    return any(isinstance(value, torch.Generator) for value in [*arguments, *keywords.values()])
