"""Marks which part and which phase calls each operation, while steps of a copied run are recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from minidl_core import Component, Sequential
from minidl_core.errors import describe_exception
from minidl_core.interfaces.block import Block
from minidl_native.kernels.kernel import Phase
from minidl_native.recording.calling_place import calling_place
from minidl_native.recording.python_calls import TensorCalls, logged_call, may_change, watching_python
from minidl_native.recording.recorded_step import Scope
from minidl_native.recording.recorder import Recorder
from minidl_native.recording.run_parts import RunParts
from minidl_native.recording.unreplayable import Unreplayable

METHODS: dict[str, Phase] = {"forward": "forward", "backward": "backward", "step": "update", "compute": "forward"}
"""The methods of parts that are called in a step or an evaluation, with their phase."""


class PartScopes:
    """Wraps the methods of the parts of a copied run, so that a recorder knows who calls an operation.

    Args:
        parts: the copied parts.
    """

    def __init__(self, parts: RunParts) -> None:
        self.parts = parts
        self.recorder: Recorder | None = None
        self.names = parts.names()
        self.may_change = may_change(parts.components())

    @contextmanager
    def wrapped(self) -> Iterator[None]:
        """Wrap the methods of all parts, and record which attributes they set."""
        parts = self.parts
        with ExitStack() as stack:
            for part in parts.components():
                for method, phase in METHODS.items():
                    if hasattr(type(part), method):
                        stack.enter_context(self._wrapped(part, method, phase))
            if isinstance(getattr(parts.optimizer, "block", None), Block):
                stack.enter_context(self._watching_block(parts.optimizer.block))
            stack.enter_context(self._watching_attributes())
            yield

    @contextmanager
    def recording(self, recorder: Recorder) -> Iterator[None]:
        """Record the operations of the parts.

        Raises:
            Unreplayable: the step cannot be replayed, even if a part caught the exception, or it fails.
        """
        self.recorder = recorder
        with self.running(recorder), TensorCalls(recorder), watching_python(recorder, wanted=self.may_change):
            yield

    @contextmanager
    def running(self, recorder: Recorder) -> Iterator[None]:
        """Run operations by a recorder, without recording them.

        Raises:
            Unreplayable: a part fails.
        """
        try:
            with recorder:
                yield
        except (MemoryError, Unreplayable):
            if recorder.finding is None:
                raise
        except Exception as error:
            if recorder.finding is None:
                reason = f"fails: {describe_exception(error)}"
                raise Unreplayable(reason, part=recorder.step.failed) from error
        finally:
            self.recorder = None
        if recorder.finding is not None:
            raise recorder.finding

    @contextmanager
    def _wrapped(self, part: Component, method: str, phase: Phase) -> Iterator[None]:
        inner, held = getattr(part, method), vars(part)
        before = held.get(method)

        def wrapper(*arguments: Any, **keywords: Any) -> Any:
            recorder = self.recorder
            if recorder is None:
                return inner(*arguments, **keywords)
            outer = recorder.scopes[-1] if recorder.scopes else Scope("the network", phase)
            name = self.names.get(id(part), outer.part)
            with recorder.scope(Scope(name, outer.phase, is_chain=type(part) is Sequential)):
                return inner(*arguments, **keywords)

        held[method] = wrapper
        try:
            yield
        finally:
            del held[method]
            if before is not None:
                held[method] = before

    @contextmanager
    def _watching_block(self, block: Block) -> Iterator[None]:
        """Let the block's operations count as one call of the optimizer's."""
        scopes, kind = self, type(block)

        class WatchedBlock(kind):  # type: ignore[misc, valid-type]
            __slots__ = ()

            def add_grad(self, *arguments: Any, **keywords: Any) -> None:
                recorder = scopes.recorder
                add: Callable[..., None] = super().add_grad
                if recorder is None or recorder.call is not None:
                    add(*arguments, **keywords)
                else:
                    logged_call(recorder, "add_grad", add, arguments, keywords)

        block.__class__ = WatchedBlock
        try:
            yield
        finally:
            block.__class__ = kind

    @contextmanager
    def _watching_attributes(self) -> Iterator[None]:
        """Note the attributes that parts set."""

        def set_attribute(part: Component, name: str, value: Any) -> None:
            object.__setattr__(part, name, value)
            if self.recorder is not None:
                self.recorder.step.set_attributes[id(part), name] = calling_place()

        Component.__setattr__ = set_attribute  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            del Component.__setattr__
