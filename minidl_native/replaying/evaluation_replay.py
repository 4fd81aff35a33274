"""Replays the evaluation of one run with compiled code."""

from __future__ import annotations

import torch

from minidl_core import Run, Samples
from minidl_native.planning.layout import Slot
from minidl_native.replaying.foreign_calls import ForeignCalls
from minidl_native.replaying.pointer_table import PointerTable
from minidl_native.replaying.random_draws import drawn_numbers
from minidl_native.replaying.run_code import CompiledEvaluation


class EvaluationReplay:
    """The loss and the metrics of one run's network on one set of samples.

    Args:
        run: the run.
        samples: the samples.
        evaluation: the evaluation of this run, or of a run of like parts, on as many samples.
    """

    def __init__(self, run: Run, samples: Samples, evaluation: CompiledEvaluation) -> None:
        recorded, compiled = evaluation.recorded, evaluation.code
        self.names = ("loss", *recorded.metrics)
        self.compiled = compiled
        recording = recorded.recording
        self.run, self.samples, self.recorded = run, samples, recorded
        memory = recorded.bind(run)
        for view, tensor in ((recording.inputs, samples.inputs), (recording.targets, samples.targets)):
            memory[view.storage] = tensor
        self.table = PointerTable(compiled.program, compiled.layout, compiled.code.scratch, memory)
        self.generators = recorded.generators(run)
        self.foreign = ForeignCalls(compiled.program.kernels, self.table.tensor_of, self.generators)
        self.results = torch.zeros(len(self.names), dtype=torch.float64)
        self.table.pointers[Slot.RESULTS] = self.results.data_ptr()
        self.table.pointers[Slot.CALLBACK] = self.foreign.address

    def fits(self, samples: Samples) -> bool:
        """Whether the code still fits the run and these samples: nothing that the evaluation relies on was replaced."""
        if samples is not self.samples or self.recorded.changes(self.run):
            return False
        recording, memory = self.recorded.recording, self.recorded.bind(self.run)
        return self.table.fits(
            memory | {recording.inputs.storage: samples.inputs, recording.targets.storage: samples.targets}
        )

    def prepare(self) -> None:
        """Make the table ready for an evaluation; generators that it draws from move on."""
        self.drawn = drawn_numbers(self.compiled.program.draws, self.generators, self.compiled.drawn_source)
        self.table.pointers[Slot.RANDOM] = self.drawn.data_ptr()

    def scores(self) -> dict[str, float]:
        """Return the loss and the metrics by name, after an evaluation.

        Raises:
            PluginError: an operation that PyTorch runs failed.
        """
        self.foreign.raise_error()
        return dict(zip(self.names, self.results.tolist(), strict=True))
