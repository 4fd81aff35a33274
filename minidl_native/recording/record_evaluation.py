"""Records the evaluation of a run's network."""

from __future__ import annotations

from collections.abc import Collection

from torch import Tensor

from minidl_core import Run
from minidl_core.training.first_batch_checks import FirstBatchChecks
from minidl_native.recording.recorded_step import Scope
from minidl_native.recording.recorder import Recorder
from minidl_native.recording.recording_session import RecordingSession, Result
from minidl_native.recording.replayable import ReplayableEvaluation
from minidl_native.recording.run_parts import RunParts
from minidl_native.recording.step_comparison import step_difference
from minidl_native.recording.unreplayable import Unreplayable

LARGE = 2**20
"""Elements of inputs from which only the shapes of large results are computed."""


def record_evaluation(run: Run, inputs: Tensor, targets: Tensor) -> ReplayableEvaluation:
    """Return an evaluation of a run's network, with loss and metrics, that may be replayed.

    It is taken on a copy of the run; the run itself is not changed.

    Args:
        run: the run.
        inputs: the inputs of all samples.
        targets: the targets of all samples.

    Raises:
        Unreplayable: the network or the loss cannot be replayed.
    """
    try:
        return _evaluation(run, inputs, targets, list(run.metrics), {})
    except Unreplayable:
        left_out = _unreplayable_metrics(run, inputs, targets)
    return _evaluation(run, inputs, targets, [name for name in run.metrics if name not in left_out], left_out)


def _unreplayable_metrics(run: Run, inputs: Tensor, targets: Tensor) -> dict[str, Unreplayable]:
    """Return why metrics cannot be replayed, by name."""
    found = {}
    _evaluation(run, inputs, targets, [], {})
    for name in run.metrics:
        try:
            _evaluation(run, inputs, targets, [name], {})
        except Unreplayable as error:
            found[name] = error
    return found


def _evaluation(
    run: Run, inputs: Tensor, targets: Tensor, metrics: Collection[str], left_out: dict[str, Unreplayable]
) -> ReplayableEvaluation:
    session = RecordingSession(run, hollow=True if inputs.numel() >= LARGE else None)

    def evaluate(recorder: Recorder) -> list[Result]:
        with recorder.scope(Scope("the evaluation", "forward")):
            return evaluate_parts(session.copy.parts, inputs, targets, metrics)

    with session.open():
        session.copy.parts.model.eval()
        first = session.record(evaluate, inputs, targets)
        after_first = session.note()
        second = session.record(evaluate, inputs, targets)
        session.require_same_attributes(after_first)
        if (difference := step_difference(first.step, second.step, session.copy)) is not None:
            raise difference
        if not session.copy.is_hollow:  # the checks read values
            session.run(lambda: _check_returns(session.copy.parts, inputs, targets), inputs, targets)
        recording = session.recording(second, is_step=False)
        places = session.places(second.step, recording)
        return ReplayableEvaluation(
            recording=recording,
            places=places,
            constants=session.constants(second.step, recording, places),
            sources=tuple(session.copy.sources[source] for source in second.step.random_sources),
            layouts=session.layouts(second.step, places),
            before=session.before,
            after=session.last,
            ignored=session.ignored(),
            metrics=tuple(metrics),
            left_out=left_out,
        )


def _check_returns(parts: RunParts, inputs: Tensor, targets: Tensor) -> None:
    """Check in another evaluation what layers and the loss return."""
    with FirstBatchChecks(parts.model, parts.loss):
        evaluate_parts(parts, inputs, targets, [])


def evaluate_parts(parts: RunParts, inputs: Tensor, targets: Tensor, metrics: Collection[str]) -> list[Result]:
    """Return the loss and metrics of a network on samples, each with its part.

    Args:
        parts: the parts of the run, the network in evaluation mode.
        inputs: the inputs.
        targets: the targets.
        metrics: the names of the metrics to compute.
    """
    prediction = parts.model.forward(inputs)
    results: list[Result] = [(parts.loss, parts.loss.forward(prediction, targets))]
    if parts.scale is not None:
        prediction, targets = parts.scale.to_units(prediction), parts.scale.to_units(targets)
    chosen = [parts.metrics[name] for name in metrics]
    return [*results, *((metric, metric.compute(prediction, targets)) for metric in chosen)]
