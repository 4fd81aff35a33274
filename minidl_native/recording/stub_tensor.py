"""Stand-ins for the tensors of an optimizer, with which its `step` can be called to learn its numbers."""

from __future__ import annotations

import types as python_types
from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from minidl_native.recording.number_column import NumberColumn
from minidl_native.recording.recorded_step import PythonCall

ALIASES = {
    "rtruediv": "rdiv",
    "truediv": "div",
    "itruediv": "div",
    "iadd": "add",
    "radd": "add",
    "isub": "sub",
    "imul": "mul",
    "rmul": "mul",
    "ipow": "pow",
    "rmatmul": "matmul",
}
"""Names of functions that are recorded under other names."""

OPERATORS = (
    *("add", "radd", "iadd", "sub", "rsub", "isub", "mul", "rmul", "imul", "truediv", "rtruediv", "itruediv", "pow"),
    *("rpow", "ipow", "matmul", "rmatmul", "neg", "abs", "invert", "lt", "le", "gt", "ge", "eq", "ne", "and", "or"),
    *("xor", "getitem", "setitem"),
)
"""Operators of tensors."""


class OtherCalls(Exception):  # noqa: N818 - a finding, not an error
    """The optimizer calls other functions than in the recorded step."""


class CallLog:
    """The calls of an optimizer's step with stub tensors, compared with those of the recorded step.

    Args:
        calls: the calls of the recorded step.
    """

    def __init__(self, calls: Sequence[PythonCall]) -> None:
        self.calls = calls
        self.results = [self._stub(call.result) for call in calls]
        self.made: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

    def call(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Note a call, and return a stand-in for its result.

        Raises:
            OtherCalls: the recorded step has another call here.
        """
        index = len(self.made)
        if index == len(self.calls):
            raise OtherCalls
        expected = self.calls[index]
        if (
            _plain_name(name) != _plain_name(expected.name)
            or len(arguments) != len(expected.arguments)
            or keywords.keys() != expected.keywords.keys()
        ):
            raise OtherCalls
        self.made.append((arguments, keywords))
        return self.results[index]

    def _stub(self, result: Any) -> Any:
        if isinstance(result, Tensor):
            return StubTensor(self, result)
        return [self._stub(one) for one in result] if type(result) in {list, tuple} else result


def layout_only(call: PythonCall) -> PythonCall:
    """Return a recorded call whose tensors hold no values."""
    keywords = {name: _without_tensors(value) for name, value in call.keywords.items()}
    return PythonCall(call.name, _without_tensors(call.arguments), keywords, _layout(call.result))


def _without_tensors(value: Any) -> Any:
    if type(value) in {list, tuple}:
        return tuple(map(_without_tensors, value))
    return value if isinstance(value, (int, float, str, type(None))) else None


def _layout(value: Any) -> Any:
    if isinstance(value, Tensor):
        with torch.inference_mode(mode=False):
            return torch.empty_strided(value.shape, value.stride(), dtype=value.dtype, device="meta")
    return type(value)(map(_layout, value)) if type(value) in {list, tuple} else value


@cache
def _plain_name(name: str) -> str:
    plain = name.strip("_")
    return ALIASES.get(plain, plain)


class StubTensor:
    """Stands in for a tensor: has its shape and type, and notes the calls that it takes part in.

    Args:
        log: where to note calls.
        like: a tensor of the shape and type; its values are not used.
    """

    __hash__ = object.__hash__

    def __init__(self, log: CallLog, like: Tensor) -> None:
        self.log, self._like = log, like

    def __getattr__(self, name: str) -> Any:
        if name == "device":
            return torch.device("cpu")
        if callable(function := getattr(Tensor, name)):
            in_python = isinstance(function, python_types.FunctionType)

            def method(*arguments: Any, **keywords: Any) -> Any:
                if in_python:  # it fills in its defaults, and then notes the call
                    return function(self, *arguments, **keywords)
                return self.log.call(name, (self, *arguments), keywords)

            self.__dict__[name] = method  # found at once the next time
            return method
        value = getattr(self._like, name)
        return StubTensor(self.log, value) if isinstance(value, Tensor) else value

    @classmethod
    def __torch_function__(
        cls, func: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Note a call of a function of PyTorch."""
        del types
        for value in (*args, *(kwargs or {}).values()):
            for one in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(one, cls):
                    return one.log.call(func.__name__, args, kwargs or {})
        raise OtherCalls


def _operator(name: str) -> Any:
    def method(self: StubTensor, *arguments: Any) -> Any:
        return self.log.call(name, (self, *arguments), {})

    return method


for _name in OPERATORS:
    setattr(StubTensor, f"__{_name}__", _operator(_name))


class DryCalls(TorchFunctionMode):
    """Notes the calls of PyTorch's functions that no stub takes part in.

    Args:
        log: where to note calls.
    """

    def __init__(self, log: CallLog) -> None:
        super().__init__()
        self.log = log

    def __torch_function__(
        self, func: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Note a call."""
        if func.__name__ == "__get__":
            return func(*args, **(kwargs or {}))
        return self.log.call(func.__name__, args, kwargs or {})


class StubParameter:
    """Stands in for a parameter.

    Args:
        log: where to note calls.
        like: a tensor of its shape and type.
    """

    def __init__(self, log: CallLog, like: Tensor) -> None:
        self.value = self.grad = StubTensor(log, like)

    def __iter__(self) -> Any:
        """Yield the value and the gradient."""
        return iter((self.value, self.grad))


class StubBlock(StubParameter):
    """Stands in for a block of parameters.

    Args:
        log: where to note calls.
        like: a tensor of its shape and type.
        parameters: stand-ins for its parameters.
    """

    def __init__(self, log: CallLog, like: Tensor, parameters: list[StubParameter]) -> None:
        super().__init__(log, like)
        self.parameters, self._log = parameters, log

    def add_grad(self, *arguments: Any, **keywords: Any) -> None:
        """Note the call; whether it multiplies the values must be as in the recorded step.

        Raises:
            OtherCalls: it is not.
        """
        recorded = self._log.calls[len(self._log.made)] if len(self._log.made) < len(self._log.calls) else None
        if recorded is None or _shrinks(arguments, keywords) != _shrinks(recorded.arguments, recorded.keywords):
            raise OtherCalls
        self._log.call("add_grad", arguments, keywords)


def _shrinks(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> set[bool]:
    """Return whether `add_grad` multiplies the values; both, if that differs among steps."""
    decay = keywords.get("decay", arguments[1] if len(arguments) > 1 else 1)
    return {one != 1 for one in (decay.values if isinstance(decay, NumberColumn) else [decay])}
