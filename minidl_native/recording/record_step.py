"""Records a training step of a run."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minidl_core import Run
from minidl_core.interfaces.block import consolidate
from minidl_core.training.first_batch_checks import FirstBatchChecks
from minidl_native.recording.changing_numbers import ChangingNumbers
from minidl_native.recording.recorder import Recorder
from minidl_native.recording.recording_session import RecordingSession
from minidl_native.recording.replayable import FirstStepInPython, ReplayableStep
from minidl_native.recording.run_parts import RunParts
from minidl_native.recording.step_comparison import step_difference

STEPS = 3
"""The number of steps that are recorded: the first may differ, and the next two must not."""


def record_step(run: Run, batch: int, *, is_first: bool = True) -> ReplayableStep | FirstStepInPython:
    """Return a training step of a run that may be replayed from the run's next step on.

    Three steps are taken on a copy of the run, on different rows of its training data; the run itself is not changed.

    Args:
        run: the run, ready for training.
        batch: the number of samples of the step.
        is_first: False if a step was taken in Python before, as `FirstStepInPython` asks for.

    Raises:
        Unreplayable: replaying would give other results than Python.
    """
    session = RecordingSession(run)
    with session.open():
        batches = [_batch(run, batch, number) for number in range(STEPS)]
        parts = session.copy.parts
        parts.model.train()
        session.run(lambda: _allocate_gradients(parts), *batches[0])
        first, second = _record(session, batches[0]), _record(session, batches[1])
        after_second = session.note()
        name = session.name_of(parts.optimizer)
        early = ChangingNumbers.of(second.step, name)
        third = _record(session, batches[2])
        session.require_same_attributes(after_second)
        if (difference := step_difference(second.step, third.step, session.copy)) is not None:
            raise difference
        difference = step_difference(first.step, second.step, session.copy)
        if difference is not None and is_first:
            return FirstStepInPython(str(difference))
        gradients = session.gradients(third)
        numbers = early.common(ChangingNumbers.of(third.step, name))
        recording = session.recording(third, is_step=True)
        if not session.copy.is_hollow:  # the checks read values
            session.run(lambda: _check_returns(parts, *batches[0]), *batches[0])
        places = session.places(third.step, recording)
        return ReplayableStep(
            recording=recording,
            places=places,
            constants=session.constants(third.step, recording, places),
            sources=tuple(session.copy.sources[source] for source in third.step.random_sources),
            layouts=session.layouts(third.step, places),
            before=session.before,
            after=session.last,
            ignored=session.ignored(),
            gradients=gradients,
            numbers=numbers,
        )


def take_step(parts: RunParts, inputs: Tensor, targets: Tensor, backward: Callable[[Tensor], object]) -> Tensor:
    """Take a training step, and return the loss.

    Args:
        parts: the parts of the run.
        inputs: the batch of inputs.
        targets: the batch of targets.
        backward: the backward pass of the network.
    """
    loss = parts.loss.forward(parts.model.forward(inputs), targets)
    backward(parts.loss.backward())
    parts.optimizer.step()
    return loss


def _record(session: RecordingSession, batch: tuple[Tensor, Tensor]) -> Recorder:
    parts = session.copy.parts
    return session.record(lambda _: [(parts.loss, take_step(parts, *batch, parts.model.backward))], *batch)


def _allocate_gradients(parts: RunParts) -> None:
    """Allocate the memory that gradients are gathered in, as the first step of some optimizers does."""
    block = consolidate(parts.model.parameters())
    block.forget_grads()
    _ = block.grad


def _check_returns(parts: RunParts, inputs: Tensor, targets: Tensor) -> None:
    """Check in another step what layers and the loss return."""
    with FirstBatchChecks(parts.model, parts.loss) as checks:
        take_step(parts, inputs, targets, checks.wrap_backward(parts.model.backward))


def _batch(run: Run, size: int, number: int) -> tuple[Tensor, Tensor]:
    """Return rows of the training data; those of the first batches differ as far as there are enough rows."""
    inputs, targets = run.data.train
    rows = torch.arange(number * size, (number + 1) * size) % len(inputs)
    return inputs[rows], targets[rows]
