"""Records steps and evaluations on a copy of a run, one after another."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import torch
from torch import Tensor

from minidl_core import Component, Run
from minidl_native.kernels.view import View
from minidl_native.recording.garbage import collecting_no_garbage
from minidl_native.recording.part_scopes import PartScopes
from minidl_native.recording.python_calls import keeping_global_generators
from minidl_native.recording.recorded_step import RecordedStep
from minidl_native.recording.recorder import Recorder
from minidl_native.recording.recording import Recording
from minidl_native.recording.run_copy import RunCopy, TensorLayout, copy_run
from minidl_native.recording.run_parts import RunPlace, storage_key, tensors_of
from minidl_native.recording.shared_values import keeping_shared_values, shared_variables
from minidl_native.recording.snapshot import SHARED, Size, Snapshot, snapshot
from minidl_native.recording.storage_roles import storages_of
from minidl_native.recording.unreplayable import Unreplayable

Result = tuple[Component, Tensor]
"""A number that a step or an evaluation results in, with the part that returned it."""

_one_at_a_time = threading.RLock()
"""Recording watches the attributes that all parts set."""


class RecordingSession:
    """Records on a copy of a run.

    Args:
        run: the run; nothing of it is changed.
        hollow: as for `copy_run`.

    Attributes:
        copy: the copy.
        before: what the parts held before the first step.
        last: what they held when it was noted last.
        set_attributes: the line that sets each attribute in a step, by the `id` of the part and the name.
    """

    def __init__(self, run: Run, *, hollow: bool | None = None) -> None:
        self.copy: RunCopy = copy_run(run, hollow=hollow)
        self._scopes = PartScopes(self.copy.parts)
        self._require_no_iterators()
        self.before: Snapshot = self.note()
        self.last = self.before
        self.set_attributes: dict[tuple[int, str], str] = {}

    @contextmanager
    def open(self) -> Iterator[None]:
        """Prepare the copy for recording, and leave no trace outside of it."""
        with ExitStack() as stack:
            stack.enter_context(_one_at_a_time)
            stack.enter_context(collecting_no_garbage())
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            stack.enter_context(keeping_shared_values(self.copy.parts.components()))
            used = stack.enter_context(keeping_global_generators(of_numpy_too=self._scopes.may_change))
            stack.enter_context(torch.inference_mode())
            stack.enter_context(self._scopes.wrapped())
            yield
            if source := used():
                raise Unreplayable(f"draws from {source} global generator: use generator=self.generator")

    def record(self, call: Callable[[Recorder], list[Result]], inputs: Tensor, targets: Tensor) -> Recorder:
        """Record what a function calls.

        Args:
            call: takes the step or the evaluation for a recorder, and returns the numbers that it results in
                and the parts that they are from.
            inputs: the inputs that it uses.
            targets: the targets that it uses.

        Raises:
            Unreplayable: it does something that cannot be replayed.
        """
        recorder = Recorder(self.copy, inputs, targets)
        with self._scopes.recording(recorder):
            for part, number in call(recorder):
                if not isinstance(number, Tensor) or number.dim():
                    shape = f"a tensor of shape {tuple(number.shape)}" if isinstance(number, Tensor) else "no tensor"
                    reason = f"returns {shape} instead of a tensor without dimensions"
                    raise Unreplayable(reason, part=self.name_of(part))
                recorder.step.results.append(recorder.view(number))
        self.set_attributes |= recorder.step.set_attributes
        return recorder

    def name_of(self, part: Component) -> str:
        """Return the name of a part of the copy in messages."""
        return self._scopes.names[id(part)]

    def note(self) -> Snapshot:
        """Note what the parts hold now."""
        self.last = snapshot(self.copy.parts, self._scopes.names)
        return self.last

    def run(self, call: Callable[[], object], inputs: Tensor, targets: Tensor) -> None:
        """Call a function without recording it.

        Raises:
            Unreplayable: it fails.
        """
        with self._scopes.running(Recorder(self.copy, inputs, targets)):
            call()

    def _require_no_iterators(self) -> None:
        """Check that parts reach no iterator outside of them: recording would advance it.

        Raises:
            Unreplayable: they do.
        """
        for variable in shared_variables(self.copy.parts.components()):
            if hasattr(type(variable.value), "__next__"):
                reason = f"uses the iterator `{variable.label}`, which is not one of its attributes"
                raise Unreplayable(reason, part=self.name_of(variable.part))

    def require_same_attributes(self, earlier: Snapshot) -> None:
        """Check that the attributes of layers and losses are as they were after an earlier step.

        Raises:
            Unreplayable: an attribute differs; it may have an effect at a later step.
        """
        owners = self.copy.owners
        lines = {
            RunPlace(owners[part], name): line for (part, name), line in self.set_attributes.items() if part in owners
        }
        for place, change in earlier.changes(self.note()).items():
            if place.owner == SHARED:
                part, _, name = place.path.partition(": ")
                reason = f"changes the class attribute or global variable `{name.rstrip()}` from step to step"
                raise Unreplayable(reason, part=part)
            if place not in self.last.optimizer or isinstance(self.last.values.get(place), Size):
                part, line = self.last.owners.get(place.owner, ""), lines.get(place, "")
                raise Unreplayable(f"{change} from step to step", part=part, place=line)

    def recording(self, recorder: Recorder, *, is_step: bool) -> Recording:
        """Return the recording of a step or an evaluation.

        Raises:
            Unreplayable: a tensor is neither of the run nor made in the step.
        """
        step = recorder.step
        gradients = self.copy.parts.gradients() | self.copy.gradients if is_step else set()
        return Recording(
            operations=tuple(step.operations),
            storages=storages_of(step, self.copy, gradients, is_step=is_step),
            inputs=recorder.view(recorder.inputs),
            targets=recorder.view(recorder.targets),
            results=tuple(step.results),
            is_step=is_step,
            dtype="f64" if recorder.inputs.dtype == torch.float64 else "f32",
            numbers=len(step.numbers),
        )

    def places(self, step: RecordedStep, recording: Recording) -> dict[int, RunPlace]:
        """Return where the run has each storage that it must provide, by the number of the storage."""
        found = {}
        for number, storage in recording.storages.items():
            place = self.copy.places.get(storage_key(step.storages[number].tensor))
            if place is not None and storage.role in {"state", "constant"}:
                found[number] = place
        return found

    def layouts(self, step: RecordedStep, places: dict[int, RunPlace]) -> dict[RunPlace, tuple[int, TensorLayout]]:
        """Return the layouts of the run's tensors on the storages that it must provide."""
        numbers = {storage_key(step.storages[number].tensor): number for number in places}
        of_place = {
            place: numbers[storage_key(tensor)]
            for place, tensor in self._original_tensors().items()
            if storage_key(tensor) in numbers
        }
        return {place: (number, self.copy.layouts[place]) for place, number in of_place.items()}

    def ignored(self) -> frozenset[RunPlace]:
        """Return the places of the attributes that the steps set, and of what the optimizer changes at each step."""
        owners = self.copy.owners
        own = {RunPlace(owners[part], name) for part, name in self.set_attributes if part in owners}
        return frozenset(own | {place for place in self.before.changes(self.last) if place in self.last.optimizer})

    def constants(self, step: RecordedStep, recording: Recording, places: dict[int, RunPlace]) -> dict[int, Tensor]:
        """Return the tensors of Python's numbers that operations read, by the number of the storage."""
        own = {recording.inputs.storage, recording.targets.storage}
        return {
            number: step.storages[number].tensor
            for number, storage in recording.storages.items()
            if storage.role == "constant" and number not in places and number not in own
        }

    def gradients(self, recorder: Recorder) -> tuple[View | None, ...]:
        """Return the gradient of each parameter after a step; None if it sets none."""
        found: list[View | None] = []
        known = {storage_key(storage.tensor) for storage in recorder.step.storages}
        for parameter in self.copy.parts.model.parameters():
            given = parameter.grad
            found.append(recorder.view(given) if storage_key(given) in known else None)
        return tuple(found)

    def _original_tensors(self) -> dict[RunPlace, Tensor]:
        """Return the copy's tensors that the run has too."""
        return {
            place: tensor for place, tensor in tensors_of(self.copy.parts.held()).items() if place in self.copy.layouts
        }
