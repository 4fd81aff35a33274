"""Operations without a kernel: PyTorch runs them, called back from compiled code."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import torch
from torch import Tensor

from minidl_core import PluginError
from minidl_core.errors import describe_exception
from minidl_native.kernels.kernel import Foreign, Kernel, NumberAt
from minidl_native.kernels.view import View
from minidl_native.recording.recording import RandomSource

_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_int64)
"""The type of the function in `Slot.CALLBACK`."""


class ForeignCalls:
    """The foreign operations of a program, bound to the memory of one run.

    Args:
        kernels: the kernels of the program, in the order of the compiled code.
        tensor_of: returns the tensor of a view.
        generators: the generators of the run by number.

    Attributes:
        address: the address of the function for `Slot.CALLBACK`; 0 if there are no calls.
    """

    def __init__(
        self, kernels: Sequence[Kernel], tensor_of: Callable[[View], Tensor], generators: Sequence[torch.Generator]
    ) -> None:
        calls = [kernel for kernel in kernels if isinstance(kernel, Foreign)]
        self._parts = [call.part for call in calls]
        self._calls = [_bound(call, tensor_of, generators) for call in calls]
        self._error: tuple[str, BaseException] | None = None
        self._callback = _CALLBACK(self._call)
        self.address = ctypes.cast(self._callback, ctypes.c_void_p).value if calls else 0

    def raise_error(self) -> None:
        """Raise the error of a call that failed, if there is one.

        Raises:
            PluginError: a call raised an exception.
        """
        if self._error is not None:
            (part, error), self._error = self._error, None
            if not isinstance(error, Exception):
                raise error
            raise PluginError(f"{part}: {describe_exception(error)}") from error

    def _call(self, number: int) -> int:
        """Run a call; return 1 if it failed, because an exception cannot pass through compiled code."""
        try:
            self._calls[number]()
        except BaseException as error:  # noqa: BLE001 - raised again once the compiled code has returned
            self._error = self._parts[number], error
            return 1
        return 0


def _bound(
    call: Foreign, tensor_of: Callable[[View], Tensor], generators: Sequence[torch.Generator]
) -> Callable[[], None]:
    """Return a function without arguments that runs a call."""

    def resolved(argument: Any) -> Any:
        if isinstance(argument, View):
            return tensor_of(argument)
        if isinstance(argument, NumberAt):
            return tensor_of(argument.view).item()
        if isinstance(argument, RandomSource):
            return generators[argument.index]
        return [resolved(one) for one in argument] if isinstance(argument, tuple) else argument

    def arguments() -> tuple[list[Any], dict[str, Any]]:
        return resolved(call.arguments), {name: resolved(argument) for name, argument in call.keywords}

    operation: Any = reduce(getattr, call.name.split("."), torch.ops)
    outputs = [tensor_of(view) for view in call.writes]
    same = None if _has_numbers((call.arguments, call.keywords)) else arguments()

    def run() -> None:
        positional, named = arguments() if same is None else same
        returned = operation(*positional, **named)
        results = returned if isinstance(returned, tuple | list) else (returned,)
        for output, result in zip(outputs, (one for one in results if one is not None), strict=False):
            if result.data_ptr() != output.data_ptr():  # else the operation worked in place
                output.copy_(result)

    return run


def _has_numbers(argument: Any) -> bool:
    """Whether there is a number among arguments that must be read at each call."""
    if isinstance(argument, tuple):
        return any(map(_has_numbers, argument))
    return isinstance(argument, NumberAt)
