"""The listing of a step, as it is compiled."""

from __future__ import annotations

from collections.abc import Iterator

from minidl_core import Run, StepExplanation
from minidl_native.explaining.storage_names import storage_names
from minidl_native.kernels.listing import listing
from minidl_native.kernels.program import Program
from minidl_native.lowering.lower import lower
from minidl_native.passes.improve import improve
from minidl_native.planning.fusing import fuse
from minidl_native.recording.record_step import record_step
from minidl_native.recording.replayable import FirstStepInPython, ReplayableStep


def explain_step(run: Run) -> StepExplanation:
    """Return the kernels of a step of a run, without compiling them.

    Args:
        run: the run, ready for training; the counters of its optimizer advance by a step.

    Raises:
        Unreplayable: a part prevents steps from being replayed.
    """
    batch, notice = min(run.batch_size, len(run.order)), ""
    step = record_step(run, batch)
    if isinstance(step, FirstStepInPython):
        notice = f"the first step is taken in Python, because it differs from later ones: {step.reason}"
        step = record_step(run, batch, is_first=False)
    assert isinstance(step, ReplayableStep)  # noqa: S101 - steps after the first are recorded or raise
    program = fuse(improve(lower(step.recording)))
    title = (
        f"A step of {batch} samples: {len(step.recording.operations)} recorded operations, compiled as "
        f"{len(program.kernels)} kernels."
    )
    lines = [title, "", listing(program, storage_names(run, step)).rstrip(), *_numbers(run, step), *_random(program)]
    return StepExplanation("native", "\n".join(lines) + "\n", notice)


def _numbers(run: Run, step: ReplayableStep) -> Iterator[str]:
    """Yield a line for each number that the optimizer computes for each step."""
    (row,) = step.numbers.table(run.optimizer, 1).tolist()
    if row:
        yield "numbers of the optimizer, here of the first step:"
    for index, number in enumerate(row):
        yield f"  number{index} = {number:.9g}"


def _random(program: Program) -> Iterator[str]:
    if program.draws:
        yield "random numbers:"
        yield f"  {program.draws} for each step, drawn ahead by the run's generator"
