"""Which runs can be trained as a group."""

from __future__ import annotations

from minidl_core.training.run_state import Run

MOST_BYTES = 2**28
"""The largest number of bytes of the samples and parameters of a group."""


def group_key(run: Run) -> tuple[object, ...]:
    """Return a key that is equal for runs that can be trained as a group: everything but numbers.

    The optimizers are of one kind; their settings may differ.
    """
    data = [(tensor.shape, tensor.dtype) for samples in (run.data.train, run.data.test) for tensor in samples]
    state = [(name, tensor.shape) for name, tensor in run.model.state().items()]
    parts = [repr(part) for part in (run.model, run.loss, run.metrics)]
    kind = type(run.optimizer), sorted(run.optimizer.settings)
    return run.epochs, run.batch_size, data, state, parts, kind


def bytes_of(run: Run) -> int:
    """Return the number of bytes of the samples and parameters of a run."""
    samples = sum(tensor.nbytes for part in (run.data.train, run.data.test) for tensor in part)
    return samples + sum(tensor.nbytes for tensor in run.model.state().values())
