"""Replays the steps of one run with compiled code."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import Run
from minidl_native.planning.layout import Slot
from minidl_native.replaying.foreign_calls import ForeignCalls
from minidl_native.replaying.pointer_table import DTYPES, PointerTable
from minidl_native.replaying.random_draws import drawn_numbers
from minidl_native.replaying.run_code import CompiledStep


class StepReplay:
    """The steps of one run, for one size of the batch.

    Args:
        run: the run.
        step: a step of this run, or of a run of like parts.
    """

    def __init__(self, run: Run, step: CompiledStep) -> None:
        self.run = run
        self.recorded = step.recorded
        self.compiled = step.code
        self.samples = [tensor.contiguous() for tensor in run.data.train]
        self.located = [tensor.data_ptr() for tensor in run.data.train]
        self._bind()

    def _bind(self) -> None:
        """Find the memory and the generators of the run."""
        program, code = self.compiled.program, self.compiled.code
        self.generators = self.recorded.generators(self.run)
        memory = self.recorded.bind(self.run)
        for number, storage in program.storages.items():
            if storage.role in {"state", "gradient"} and number not in memory:
                memory[number] = torch.zeros(storage.size, dtype=DTYPES[storage.dtype])
        self.table = PointerTable(program, self.compiled.layout, code.scratch, memory)
        self.foreign = ForeignCalls(program.kernels, self.table.tensor_of, self.generators)
        pointers = self.table.pointers
        pointers[Slot.INPUTS], pointers[Slot.TARGETS] = (tensor.data_ptr() for tensor in self.samples)
        pointers[Slot.CALLBACK] = self.foreign.address

    def fits(self) -> bool:
        """Whether the code still fits the run: hooks changed no settings, and the memory of tensors is the same."""
        if self.recorded.changes(self.run):
            return False
        samples = self.run.data.train
        return self.table.fits(self.recorded.bind(self.run)) and [one.data_ptr() for one in samples] == self.located

    def prepare(self, first: int, count: int) -> None:
        """Make the table ready for steps of the current epoch; the optimizer's numbers and the generator move on.

        Args:
            first: the number of the first step in the epoch.
            count: the number of steps.

        Raises:
            Unreplayable: the optimizer calls other operations than were recorded; nothing has moved on.
        """
        run, pointers = self.run, self.table.pointers
        pointers[Slot.ROWS] = run.order.data_ptr() + first * run.batch_size * run.order.itemsize
        pointers[Slot.RESULTS] = run.losses.data_ptr() + first * run.losses.itemsize
        before = self._numbers_and_generator()
        numbers = self.recorded.numbers.table(run.optimizer, count)
        drawn = self._draw(count * self.compiled.program.draws)
        pointers[Slot.NUMBERS], pointers[Slot.RANDOM] = numbers.data_ptr(), drawn.data_ptr()
        self._prepared = before, numbers, drawn

    def finish(self, count: int, done: int) -> None:
        """Take back what was prepared for steps that were not taken.

        Args:
            count: the number of steps that were prepared.
            done: the number of complete steps.

        Raises:
            PluginError: an operation that PyTorch runs failed.
        """
        if done < count:
            self._rewind(self._prepared[0], done)
            self.foreign.raise_error()

    def _draw(self, count: int) -> Tensor:
        """Return random numbers of the generator that the steps draw from."""
        return drawn_numbers(count, self.generators, self.compiled.drawn_source)

    def _numbers_and_generator(self) -> tuple[dict[str, object], Tensor | None]:
        """Return the optimizer's attributes and the state of the generator that the steps draw from."""
        source = self.compiled.drawn_source
        return dict(vars(self.run.optimizer)), None if source is None else self.generators[source].get_state()

    def _rewind(self, before: tuple[dict[str, object], Tensor | None], done: int) -> None:
        """Take back what was prepared for steps that were not taken; the one that ended the run drew its numbers."""
        attributes, state = before
        vars(self.run.optimizer).update(attributes)
        self.recorded.numbers.table(self.run.optimizer, done)
        if state is not None and self.compiled.drawn_source is not None:
            self.generators[self.compiled.drawn_source].set_state(state)
            self._draw((done + 1) * self.compiled.program.draws)

    def phases(self, seconds: float) -> tuple[float, float, float]:
        """Return the seconds of forward pass, backward pass and update, as shares of those given."""
        cycles = self.table.cycles.tolist()
        self.table.cycles.zero_()
        total = sum(cycles) or 1
        forward, backward, update = (seconds * share / total for share in cycles)
        return forward, backward, update

    def set_gradients(self) -> None:
        """Give the parameters of the run their gradients of the last step."""
        for parameter, view in zip(self.run.model.parameters(), self.recorded.gradients, strict=True):
            if view is not None:
                parameter.grad = self.table.tensor_of(view)
