"""Losses that end a training."""

from __future__ import annotations

import math

from torch import Tensor

from minidl_core.errors import DivergenceError, ShapeError
from minidl_core.training.state import Run
from minidl_core.training.together import Together


def not_one_number(together: Together, losses: Tensor, targets: Tensor) -> ShapeError:
    """Return the error that says that a loss gave several numbers for a batch."""
    loss, sample = together.loss.label(), tuple(targets.shape[together.batch_dim + 1 :])
    return ShapeError(
        f"one number as the loss of a batch, but {loss} gives a tensor of shape {tuple(losses.shape)} for targets "
        f"whose samples are of shape {sample}",
        f"give targets that {loss} is for (vectors, for most losses), or a loss for these",
    )


def divergence_of(together: Together, losses: Tensor) -> DivergenceError | None:
    """Return the error that names the first run whose loss is not finite; the sum of finite ones may be infinite."""
    together.share(0, 0, 0)
    values = zip(together.runs, losses.reshape(-1).tolist(), strict=True)
    return next((divergence(run, value) for run, value in values if not math.isfinite(value)), None)


def divergence(run: Run, value: float) -> DivergenceError:
    """Return the error that ends a run whose loss is infinite or NaN, noted as its failure."""
    which = f" of repeat {run.repeat}" if run.repeats > 1 else ""
    where = f"step {run.step} (epoch {run.epoch} of {run.epochs})"
    run.failure = DivergenceError(f"the loss{which} became {value} at {where}, with {run.optimizer!r}: {_advice(run)}")
    return run.failure


def _advice(run: Run) -> str:
    """Return what to do about a loss that is not finite."""
    for what, tensor in zip(("inputs", "targets"), run.data.train, strict=True):
        if not tensor.isfinite().all():
            return f"the {what} of the training data hold infinite numbers or NaN: mend or remove these samples"
    return f"try a tenth of the learning rate, standardized inputs and targets, or larger batches than {run.batch_size}"
