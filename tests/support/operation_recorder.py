"""Records the operations of any function, for tests of lowering that need no run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from minidl_native.kernels.kernel import Phase
from minidl_native.kernels.program import Program, Storage
from minidl_native.kernels.view import View, contiguous
from minidl_native.lowering.lower import lower
from minidl_native.recording.recording import ChangingNumber, Operation, RandomSource, Recording
from tests.support.kernel_interpreter import DTYPES, empty_memory, interpret

NAMES = {dtype: name for name, dtype in DTYPES.items()}


class OperationRecorder(TorchDispatchMode):
    """Records operations; memory from before is kept as it was when it was first used.

    Args:
        generators: the generators that operations may draw from.
        changing: the numbers that are recorded as changing ones; the position of each is its column.
    """

    def __init__(self, generators: Sequence[torch.Generator] = (), changing: Sequence[float] = ()) -> None:
        super().__init__()
        self.changing = list(changing)
        self.generators = list(generators)
        self.operations: list[Operation] = []
        self.storages: dict[int, Storage] = {}
        self.memory: dict[int, Tensor] = {}
        self.phase: Phase = "forward"
        self._numbers: dict[int, int] = {}
        self._alive: list[Tensor] = []

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False

    def view(self, tensor: Tensor, *, new: bool = False) -> View:
        """Return the view of a tensor; its storage is new if it is the result of an operation."""
        storage, dtype = tensor.untyped_storage(), NAMES[tensor.dtype]
        number = self._numbers.setdefault(storage._cdata, len(self._numbers))
        if number not in self.storages:
            self._alive.append(tensor)
            size = storage.nbytes() // tensor.element_size()
            self.storages[number] = Storage(dtype, size, "temporary" if new else "state")
            if not new:
                self.memory[number] = tensor.detach().as_strided((size,), (1,), 0).clone()
        return View(number, tensor.storage_offset(), tuple(tensor.shape), tensor.stride(), dtype)

    def _argument(self, argument: Any) -> Any:
        if isinstance(argument, Tensor):
            return self.view(argument)
        if isinstance(argument, list | tuple):
            return tuple(map(self._argument, argument))
        if isinstance(argument, torch.Generator):
            return RandomSource([one._cdata for one in self.generators].index(argument._cdata))  # a new wrapper of it
        is_changing = isinstance(argument, float) and argument in self.changing
        return ChangingNumber(self.changing.index(argument)) if is_changing else argument

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        arguments = self._argument(list(args))
        keywords = tuple((name, self._argument(value)) for name, value in (kwargs or {}).items())
        found = func(*args, **(kwargs or {}))
        tensors = [one for one in (found if isinstance(found, list | tuple) else (found,)) if isinstance(one, Tensor)]
        results = tuple(self.view(tensor, new=True) for tensor in tensors)
        self.operations.append(Operation(str(func), arguments, keywords, results, self.phase, "part"))
        return found

    def recording(
        self,
        inputs: View | None = None,
        targets: View | None = None,
        results: tuple[View, ...] = (),
        *,
        is_step: bool = False,
        dtype: Literal["f32", "f64"] = "f64",
        numbers: int = 0,
    ) -> Recording:
        """Return what was recorded; without inputs and targets, these are empty."""
        if inputs is None or targets is None:
            number = len(self.storages)
            self.storages[number] = Storage(dtype, 0, "constant")
            inputs = targets = contiguous(number, (0,), dtype)
        return Recording(tuple(self.operations), self.storages, inputs, targets, results, is_step, dtype, numbers)


def lowered(
    function: Callable[..., Any], *tensors: Tensor, changing: Sequence[float] = (), numbers: Sequence[float] = ()
) -> tuple[Program, list[Tensor], list[Tensor]]:
    """Return the program of a function, and what its kernels compute: results, and arguments afterwards.

    Args:
        function: called with the tensors; what it returns is one tensor or several.
        tensors: its arguments.
        changing: the numbers that change.
        numbers: what they change to.
    """
    recorder = OperationRecorder(changing=changing)
    arguments = [recorder.view(tensor) for tensor in tensors]
    with torch.no_grad(), recorder:
        found = function(*tensors)
    results = [recorder.view(one) for one in (found if isinstance(found, list | tuple) else (found,))]
    program = lower(recorder.recording(numbers=len(numbers)))
    memory = {**empty_memory(program), **recorder.memory}
    interpret(program, memory, numbers=numbers)
    computed = [memory[view.storage].as_strided(view.shape, view.strides, view.offset) for view in results + arguments]
    return program, computed[: len(results)], computed[len(results) :]
