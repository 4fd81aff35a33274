"""Records the operations that PyTorch dispatches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from minidl_native.kernels.view import DType, View
from minidl_native.recording.calling_place import calling_place
from minidl_native.recording.number_sources import NumberSource, find_number
from minidl_native.recording.recorded_step import Origin, RecordedStep, RecordedStorage, Scope
from minidl_native.recording.recording import ChangingNumber, Operation, RandomSource
from minidl_native.recording.refusals import reason_against
from minidl_native.recording.run_copy import RunCopy
from minidl_native.recording.run_parts import storage_key
from minidl_native.recording.unreplayable import Unreplayable
from minidl_native.recording.unwritten_memory import bound, is_written, run_without_values, tensors_in

DTYPES: dict[torch.dtype, DType] = {torch.float32: "f32", torch.float64: "f64", torch.int64: "i64", torch.bool: "b1"}

FROM_PYTHON = {"aten.lift_fresh.default", "aten.scalar_tensor.default"}
"""Operations whose result holds values of Python: not operations of the step, but constants."""

FIXED = {"ord", "p", "correction"}
"""Arguments that choose a formula, such as the order of a norm: an operation with another number is another one."""

CHANGING = {"number", "float", "Optional[number]", "Optional[float]", "Tensor"}
"""Types of arguments whose numbers may change from step to step, if they are of the optimizer's operations."""

COMPOSITE = torch._C.DispatchKey.CompositeImplicitAutograd  # noqa: SLF001 - there is no public name
"""The key of the implementation of an operation that consists of others."""


@cache
def _is_composite(func: Any) -> bool:
    """Whether an operation consists of others."""
    return not func.name().startswith("aten::lift") and bool(
        torch._C._dispatch_has_kernel_for_dispatch_key(func.name(), COMPOSITE)  # noqa: SLF001
    )


class Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Records the operations that the parts of a copied run call; other operations are run only.

    Args:
        copy: the copy of the run.
        inputs: the batch of inputs, or all inputs.
        targets: the targets, likewise.

    Attributes:
        step: what was recorded.
        scopes: the calls of parts' methods that are running, the innermost last.
        call: the number of the optimizer's call that is running; None outside of one.
        is_busy: True while an operation is recorded.
        finding: why the step cannot be replayed, once that is found; parts may have caught the exception.
    """

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Return False: the default imports torch._dynamo and sympy at the first operation, which takes 2 seconds."""
        return False

    def __init__(self, copy: RunCopy, inputs: Tensor, targets: Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.copy, self.inputs, self.targets = copy, inputs, targets
        self.step = RecordedStep()
        self.scopes: list[Scope] = []
        self.call: int | None = None
        self.is_busy = False
        self.finding: Unreplayable | None = None
        self._numbers: dict[int, int] = {}
        self._protected = {storage_key(inputs), storage_key(targets)} | copy.data
        self._run = copy.gradients | copy.places.keys()
        for tensor in (inputs, targets):
            self.view(tensor, "batch")

    def __torch_dispatch__(
        self, func: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run an operation, and record it if a part calls it."""
        was_busy, self.is_busy = self.is_busy, True
        try:
            return self._record(func, args, kwargs or {})
        finally:
            self.is_busy = was_busy

    def _record(self, func: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        if self.is_watching and (reason := reason_against(func, args, keywords, self._protected)):
            raise self.refuse(reason)
        if _is_composite(func) and (self.is_watching or self.copy.is_hollow):
            with self:  # inference mode keeps such operations whole
                return func._op_dk(COMPOSITE, *args, **keywords)  # noqa: SLF001 - `decompose` imports sympy
        if not self.is_watching:
            return self._run_operation(func, args, keywords)
        name = str(func)
        if name in FROM_PYTHON and (name == "aten.lift_fresh.default" or self.scopes[-1].phase != "update"):
            return self._constant(self._run_operation(func, args, keywords))
        views = self._recorded_arguments(func, args, keywords)
        result = self._run_operation(func, args, keywords)
        schema = func._schema  # noqa: SLF001 - the only description of an operation
        written = [
            tensor
            for argument, value in bound(schema, args, keywords)
            if is_written(argument)
            for tensor in tensors_in(value)
        ]
        results = tuple(self.view(tensor, "made") for tensor in (tensors_in([result]) if schema.returns else written))
        if name != "aten.detach_.default":
            self.step.written |= {self.view(tensor).storage for tensor in written}
        scope = self.scopes[-1]
        self.step.operations.append(Operation(name, *views, results, scope.phase, scope.part))
        return result

    @property
    def is_watching(self) -> bool:
        """Whether a part is running that may call operations."""
        return bool(self.scopes) and not self.scopes[-1].is_chain

    @contextmanager
    def scope(self, scope: Scope) -> Iterator[None]:
        """Record the operations that are called inside as those of a part."""
        self.scopes.append(scope)
        try:
            yield
        except Exception:
            self.step.failed = self.step.failed or scope.part
            raise
        finally:
            self.scopes.pop()

    def refuse(self, reason: str) -> Unreplayable:
        """Return the exception for a step that cannot be replayed because of the part that is running."""
        part = self.scopes[-1].part if self.scopes else ""
        self.finding = self.finding or Unreplayable(reason, part=part, place=calling_place())
        return self.finding

    def _constant(self, tensor: Tensor) -> Tensor:
        """Return a tensor of numbers of Python, noted as a constant of the step."""
        if self.scopes[-1].phase == "update":
            raise self.refuse("makes a tensor of numbers of Python, which may change: use the numbers themselves")
        self.view(tensor, "python")
        return tensor

    def view(self, tensor: Tensor, origin: Origin = "elsewhere") -> View:
        """Return the view that a tensor is, with its storage numbered at its first appearance.

        Args:
            tensor: the tensor.
            origin: where its storage is from, if it is neither of the batch nor of the run.
        """
        if tensor.device.type != "cpu":
            raise self.refuse(f"computes on the device {tensor.device}")
        if tensor.dtype not in DTYPES or tensor.layout != torch.strided:
            kind = tensor.dtype if tensor.layout == torch.strided else tensor.layout
            raise self.refuse(f"computes with tensors of {kind}, which are not replayed")
        key, dtype = storage_key(tensor), DTYPES[tensor.dtype]
        if key not in self._numbers:
            self._numbers[key] = len(self.step.storages)
            size = tensor.untyped_storage().nbytes() // tensor.element_size()
            origin = "run" if key in self._run and origin != "batch" else origin
            part = self.scopes[-1].part if self.scopes else ""
            place = calling_place() if origin in {"python", "elsewhere"} else ""
            self.step.storages.append(RecordedStorage(tensor, dtype, size, origin, part, place))
        number = self._numbers[key]
        if self.step.storages[number].dtype != dtype:
            raise self.refuse("views the memory of a tensor as another type")
        return View(number, int(tensor.storage_offset()), tuple(tensor.shape), tuple(tensor.stride()), dtype)

    def _run_operation(self, func: Any, arguments: Sequence[Any], keywords: dict[str, Any]) -> Any:
        if self.copy.is_hollow:
            return run_without_values(func, arguments, keywords)
        return func(*arguments, **keywords)

    def _recorded_arguments(
        self, func: Any, arguments: Sequence[Any], keywords: dict[str, Any]
    ) -> tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]]:
        """Return the arguments and keyword arguments of an operation as they are recorded.

        Numbers that the caller left at their defaults are filled in, because another step may set them.
        """
        positional: list[Any] = []
        named: list[tuple[str, Any]] = []
        for position, argument in enumerate(func._schema.arguments):  # noqa: SLF001
            if argument.name in keywords:
                value = keywords[argument.name]
            elif position < len(arguments):
                value = arguments[position]
            elif str(argument.type) in {"number", "float"} and argument.default_value is not None:
                value = argument.default_value
            else:
                continue
            by_name = argument.kwarg_only or (position >= len(arguments) and len(positional) < position)
            recorded = self._recorded(value, str(argument.type), argument.name, position, func)
            if by_name or argument.name in keywords:
                named.append((argument.name, recorded))
            else:
                positional.append(recorded)
        return tuple(positional), tuple(named)

    def _recorded(self, value: Any, kind: str, name: str, position: int, func: Any) -> Any:
        if isinstance(value, Tensor):
            return self.view(value)
        if isinstance(value, torch.Generator):
            return self._source(value)
        if isinstance(value, (list, tuple)):
            inner = kind.removeprefix("List[").removesuffix("]")
            return tuple(self._recorded(one, inner, name, position, func) for one in value)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        is_fixed = name in FIXED or "pow" in str(func)
        if is_number and kind in CHANGING and self.scopes[-1].phase == "update" and not is_fixed:
            return self._number(value, name, position)
        return value

    def _number(self, value: float, name: str, position: int) -> ChangingNumber:
        """Return a number of the optimizer as it is recorded."""
        call = None if self.call is None else self.step.calls[self.call]
        paths = () if call is None else find_number(value, name, position, call.arguments, call.keywords)
        self.step.numbers.append(value)
        self.step.sources.append(NumberSource(-1 if self.call is None else self.call, paths))
        return ChangingNumber(len(self.step.numbers) - 1)

    def _source(self, generator: torch.Generator) -> RandomSource:
        if id(generator) not in self.copy.sources:
            raise self.refuse("draws from a generator that is not part of the run: use self.generator")
        used = self.step.random_sources
        if id(generator) not in used:
            used.append(id(generator))
        return RandomSource(used.index(id(generator)))
