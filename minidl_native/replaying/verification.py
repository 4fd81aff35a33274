"""Compares replayed steps with Python's, before the first real step."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from minidl_core import FitResult, Run
from minidl_core.assembly import make
from minidl_native.recording.run_copy import copy_run
from minidl_native.recording.run_parts import RunParts
from minidl_native.recording.shared_values import keeping_shared_values
from minidl_native.recording.unreplayable import Unreplayable
from minidl_native.replaying.run_code import CompiledStep
from minidl_native.replaying.step_replay import StepReplay

STEPS = 3
"""The number of steps to compare."""

LOSSES = {torch.float32: 1e-4, torch.float64: 1e-9}
"""The largest relative difference of losses: far above rounding errors."""

STATES = 2e-2
"""The largest relative difference of a tensor, as a norm; Adam divides gradients that are rounding errors only."""


def verify(run: Run, step: CompiledStep) -> None:
    """Check on copies of a run that compiled steps do what Python does.

    Args:
        run: the run; nothing of it is changed.
        step: a step of the run.

    Raises:
        Unreplayable: the results differ.
    """
    batch = step.code.program.batch
    native, python = _copy(run, batch), _copy(run, batch)
    if native is None or python is None:
        return  # too large for two copies
    count = min(STEPS, len(run.order) // batch)
    with torch.inference_mode(), keeping_shared_values(RunParts.of(run).components()):
        replay = StepReplay(native, step)
        replay.prepare(0, count)
        replay.finish(count, step.code.code.run(replay.table.pointers, count))
        make("engine", "python").start([python]).take([python], 0, count)
        _compare_losses(native, python, count)
        _compare_states(native, python, step)


def _copy(run: Run, batch: int) -> Run | None:
    """Return a copy of a run in its first epoch, with batches of the given size; None if the run is too large."""
    copied = copy_run(run)
    if copied.is_hollow:
        return None
    parts = copied.parts
    parts.model.train()
    return replace(
        run,
        model=parts.model,
        loss=parts.loss,
        optimizer=parts.optimizer,
        metrics={},
        batch_size=batch,
        result=FitResult(parts.model, run.result.seed),
        epoch=1,
        step=0,
    )


def _compare_losses(native: Run, python: Run, count: int) -> None:
    tolerance = LOSSES[native.data.train.inputs.dtype]
    for number, (found, expected) in enumerate(zip(native.losses.tolist(), python.losses.tolist(), strict=True)):
        if number < count and not _is_close(found, expected, tolerance):
            raise Unreplayable(
                f"has other results when it is replayed: the loss of step {number + 1} is {found:.9g} instead of "
                f"{expected:.9g}"
            )


def _is_close(found: float, expected: float, tolerance: float) -> bool:
    same = found == expected or (found != found and expected != expected)  # noqa: PLR0124 - NaN
    return same or abs(found - expected) <= tolerance * abs(expected)


def _compare_states(native: Run, python: Run, step: CompiledStep) -> None:
    found, expected = RunParts.of(native).tensors(), RunParts.of(python).tensors()
    for place in step.recorded.places.values():
        if not _is_near(found[place], expected[place]):
            part = step.recorded.before.owners.get(place.owner, "")
            raise Unreplayable(f"has other values in `{place.path}` when its steps are replayed", part=part)


def _is_near(found: Tensor, expected: Tensor) -> bool:
    found, expected = found.double().nan_to_num(), expected.double().nan_to_num()
    return bool((found - expected).norm() <= STATES * expected.norm() + 1e-30)
