"""Records a training step of a run."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minidl_core import Run
from minidl_core.training.first_batch_checks import FirstBatchChecks
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
        with FirstBatchChecks(parts.model, parts.loss) as checks:
            backward = checks.wrap_backward(parts.model.backward)
            first = _record(session, batches[0], backward)
        second = _record(session, batches[1], parts.model.backward)
        after_second = session.last
        third = _record(session, batches[2], parts.model.backward)
        session.require_same_attributes(after_second)
        if (difference := step_difference(second.step, third.step, session.copy)) is not None:
            raise difference
        difference = step_difference(first.step, second.step, session.copy)
        if difference is not None and is_first:
            return FirstStepInPython(str(difference))
        recording = session.recording(third, is_step=True)
        places = session.places(third.step, recording)
        return ReplayableStep(
            recording=recording,
            places=places,
            constants=session.constants(third.step, recording, places),
            sources=tuple(session.copy.sources[source] for source in third.step.random_sources),
            layouts=session.layouts(third.step, places),
            before=session.before,
            ignored=session.ignored(),
            gradients=session.gradients(third),
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


def _record(session: RecordingSession, batch: tuple[Tensor, Tensor], backward: Callable[[Tensor], object]) -> Recorder:
    return session.record(lambda _: [take_step(session.copy.parts, *batch, backward)], *batch)


def _batch(run: Run, size: int, number: int) -> tuple[Tensor, Tensor]:
    """Return rows of the training data; those of the first batches differ as far as there are enough rows."""
    inputs, targets = run.data.train
    rows = torch.arange(number * size, (number + 1) * size) % len(inputs)
    return inputs[rows], targets[rows]
