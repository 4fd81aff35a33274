"""A limit to the memory that tensors take while a network is built."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

from minidl_core.errors import SavedModelError


class AllocationLimit(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch's
    """While entered, refuses operations whose results would take more memory than is left, before they are done.

    A specification may ask for any size, be its file as small as it may.

    Args:
        most: bytes, over all results.
        often: how many results there may be.

    Raises:
        SavedModelError: an operation would pass it.
    """

    def __init__(self, most: int, often: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch's
        self.left = most
        self.times = often

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Do without a wrapper that would import torch's compiler, which takes most of a second."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Count the bytes of an operation's results, then do it."""
        kwargs = kwargs or {}
        if not any(result.alias_info for result in func._schema.returns):  # noqa: SLF001 - no view, nor in place
            self.left -= _bytes(func, args, kwargs)
            self.times -= 1
            if self.left < 0 or self.times < 0:
                raise SavedModelError("it would take far more memory than the file holds numbers")
        return func(*args, **kwargs)


def _bytes(func: Any, args: Any, kwargs: Any) -> int:
    """Return the bytes of an operation's results, found without doing it; 0 where that cannot be found."""
    args, kwargs = tree_map(_to_meta, (args, kwargs))
    if any(argument.name == "device" for argument in func._schema.arguments):  # noqa: SLF001
        kwargs["device"] = torch.device("meta")
    if "generator" in kwargs:
        kwargs["generator"] = None
    try:
        results, _ = tree_flatten(func(*args, **kwargs))
    except (RuntimeError, NotImplementedError):  # it depends on the numbers, or fails: then it does so in earnest too
        return 0
    return sum(result.numel() * result.element_size() for result in results if isinstance(result, Tensor))


def _to_meta(value: Any) -> Any:
    if not isinstance(value, Tensor):
        return value
    return torch.empty_strided(value.size(), value.stride(), dtype=value.dtype, device="meta")
