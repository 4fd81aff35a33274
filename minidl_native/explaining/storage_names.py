"""Names of the storages of a recorded step, as readers know them from PyTorch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from torch import Tensor

from minidl_core import Run
from minidl_native.kernels.listing import NamedRange
from minidl_native.recording.replayable import ReplayableStep
from minidl_native.recording.run_parts import storage_key

Names = Mapping[int, list[NamedRange]]


def storage_names(run: Run, step: ReplayableStep) -> Names:
    """Return names for parameters, buffers, the optimizer's state, gradients and the batch, by storage.

    A parameter is `0.weight`, as in PyTorch's state; its part of the optimizer's state is `0.weight.exp_avg`, and its
    gradient `0.weight.grad`.

    Args:
        run: the run that the step was recorded for.
        step: the step.
    """
    number_of = {storage_key(tensor): number for number, tensor in step.bind(run).items()}
    found: defaultdict[int, list[NamedRange]] = defaultdict(list)
    for name, tensor in _tensors(run):
        number, start = number_of.get(storage_key(tensor)), int(tensor.storage_offset())
        if number is not None:
            found[number].append(NamedRange(name, start, start + tensor.numel()))
    for name, view in zip(run.model.named_parameters(), step.gradients, strict=True):
        if view is not None:
            whole = NamedRange("gradients", 0, step.recording.storages[view.storage].size)
            found[view.storage] += [NamedRange(f"{name}.grad", view.offset, view.end), whole]
    for name, view in (("inputs", step.recording.inputs), ("targets", step.recording.targets)):
        found[view.storage].append(NamedRange(name, view.offset, view.end))
    return found


def _tensors(run: Run) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of a run that outlive a step with their names, also parts of those that hold several."""
    parameters = run.model.named_parameters()
    block = run.optimizer.block.value
    yield "parameters", block
    for name, parameter in parameters.items():
        yield name, parameter.value
    for name, buffer in run.model.named_buffers().items():
        yield name, buffer.value
    for name, state in run.optimizer.state().items():
        yield name, state
        if state.shape == block.shape:
            for owner, parameter in parameters.items():
                start = int(parameter.value.storage_offset() - block.storage_offset())
                yield f"{owner}.{name}", state[start : start + parameter.value.numel()]
