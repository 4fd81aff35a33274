"""A limit on the memory that tensors take while a network is built from a file."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

from minidl_core.errors import SavedModelError


class AllocationLimit(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch's
    """Context manager that refuses operations whose results would exceed a limit of memory, before they run.

    It is needed because even a small file can specify a network of any size.

    Args:
        most: the largest number of bytes of all results.
        often: the largest number of operations.

    Raises:
        SavedModelError: an operation would exceed the limit.
    """

    def __init__(self, most: int, often: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch's
        self.left = most
        self.times = often

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Return True to avoid a wrapper that imports torch's compiler, which takes most of a second."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Count the bytes of an operation's results, then run it."""
        kwargs = kwargs or {}
        if not any(result.alias_info for result in func._schema.returns):  # noqa: SLF001 - neither a view nor in place
            self.left -= _bytes(func, args, kwargs)
            self.times -= 1
            if self.left < 0 or self.times < 0:
                raise SavedModelError("building it would take far more memory than its tensors")
        return func(*args, **kwargs)


def _bytes(func: Any, args: Any, kwargs: Any) -> int:
    """Return the bytes of an operation's results without running it; 0 if they cannot be determined."""
    args, kwargs = tree_map(_to_meta, (args, kwargs))
    if any(argument.name == "device" for argument in func._schema.arguments):  # noqa: SLF001
        kwargs["device"] = torch.device("meta")
    if "generator" in kwargs:
        kwargs["generator"] = None
    try:
        results, _ = tree_flatten(func(*args, **kwargs))
    except (RuntimeError, NotImplementedError):  # data-dependent shapes, or an operation that fails anyway
        return 0
    return sum(result.numel() * result.element_size() for result in results if isinstance(result, Tensor))


def _to_meta(value: Any) -> Any:
    if not isinstance(value, Tensor):
        return value
    return torch.empty_strided(value.size(), value.stride(), dtype=value.dtype, device="meta")
