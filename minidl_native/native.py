"""The native engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from minidl_core import Engine, Run, StepExplanation, Steps
from minidl_core.assembly import make
from minidl_native.compiling.processor import unavailable
from minidl_native.compiling.store import Store
from minidl_native.compiling.store_folder import store_folder

LEAST_SECONDS = 0.05
"""The least time that steps take in Python for compiling them to pay."""

CALL = 6e-6
"""Seconds that Python spends on a module in a step, apart from arithmetic."""

BYTE = 1e-10
"""Seconds that Python spends more on a byte of parameters in a step: a gradient is written, read and added."""

NOT_COMPILED = "steps are taken in Python, not compiled: {}"


class Native(Engine):
    """Records a step, compiles it to machine code, and replays it.

    Small networks train a hundred times as fast as in PyTorch's eager mode. A step that is not the same each time is
    taken in Python, and a notice names the part and the reason.

    Example: minidl run --engine native

    Source: docs/engine.md.
    """

    trains_groups = True

    @classmethod
    def unavailable(cls) -> str:
        """Return why code cannot be compiled on this machine, in one sentence; empty if it can."""
        return unavailable()

    @classmethod
    def remarks(cls) -> Sequence[str]:
        """Return where compiled programs are stored."""
        return (Store(store_folder()).description(),)

    def pays(self, run: Run) -> bool:
        """Whether steps in Python take longer than compiling: decided by their number and the network's size."""
        modules = sum(1 for _ in run.model.modules()) + 1
        size = sum(parameter.value.nbytes for parameter in run.model.parameters())
        return run.steps * (modules * CALL + size * BYTE) >= LEAST_SECONDS

    def start(self, runs: Sequence[Run]) -> Steps:
        """Return the steps of runs, compiled if they can be replayed, and otherwise in Python, with a notice."""
        from minidl_native.recording.unreplayable import Unreplayable  # noqa: PLC0415 - imports torch's internals
        from minidl_native.replaying.native_steps import NativeSteps  # noqa: PLC0415

        try:
            return NativeSteps(runs)
        except Unreplayable as error:
            steps: Steps = make("engine", "python").start(runs)
            steps.notice = NOT_COMPILED.format(error)
            return steps

    def explain(self, run: Run) -> StepExplanation:
        """Return the kernels of a step, or why its steps are taken in Python; nothing is compiled."""
        from minidl_native.explaining.explain_step import explain_step  # noqa: PLC0415 - imports torch's internals
        from minidl_native.recording.unreplayable import Unreplayable  # noqa: PLC0415

        try:
            return explain_step(run)
        except Unreplayable as error:
            return replace(super().explain(run), engine="python", notice=NOT_COMPILED.format(error))
