"""Losses that end a training."""

from __future__ import annotations

import math

from torch import Tensor

from minidl_core.assembly import part_names
from minidl_core.errors import DivergenceError, ShapeError
from minidl_core.interfaces.sequential import Sequential
from minidl_core.training.group import RunGroup
from minidl_core.training.run_state import Run


def loss_shape_error(group: RunGroup, losses: Tensor, targets: Tensor) -> ShapeError:
    """Return the error that says that a loss gave several numbers for a batch."""
    loss, sample = group.loss.label(), tuple(targets.shape[group.batch_dim + 1 :])
    return ShapeError(
        f"one number as the loss of a batch, but {loss} gives a tensor of shape {tuple(losses.shape)} for targets "
        f"whose samples are of shape {sample}",
        f"give targets that {loss} is for (vectors, for most losses), or a loss for these",
    )


def first_divergence(group: RunGroup, losses: Tensor, inputs: Tensor) -> DivergenceError | None:
    """Return the error that names the first run whose loss is not finite; the sum of finite ones may be infinite.

    Args:
        group: the runs, before the update of the step under way.
        losses: the loss of each.
        inputs: the batch that they were computed from.
    """
    group.share_progress(0, 0, 0)
    for run, value in zip(group.runs, losses.reshape(-1).tolist(), strict=True):
        if not math.isfinite(value):
            return divergence_error(run, value, _advice_at_first_step(group.model, inputs) if run.step == 1 else "")
    return None


def divergence_error(run: Run, value: float, advice: str = "") -> DivergenceError:
    """Return the error that ends a run whose loss is infinite or NaN, noted as its failure.

    Args:
        run: the run.
        value: its loss.
        advice: what to do about it, where more is known than that the loss is not finite.
    """
    which = f" of repeat {run.repeat}" if run.repeats > 1 else ""
    where = f"step {run.step} (epoch {run.epoch} of {run.epochs})"
    advice = _advice_on_data(run) or advice or _advice_on_settings(run)
    run.failure = DivergenceError(f"the loss{which} became {value} at {where}, with {run.optimizer!r}: {advice}")
    return run.failure


def _advice_at_first_step(model: Sequential, x: Tensor) -> str:
    """Return what to do about a loss that is not finite before any update, of which the learning rate is no cause."""
    for layer in model.layers:
        y = layer.forward(x)
        if x.isfinite().all() and not y.isfinite().all():
            return (
                f"{part_names([model])[id(layer)]} returns infinite numbers or NaN for finite inputs: correct it, or "
                "standardize the inputs"
            )
        x = y
    return "standardize the inputs and targets; no parameter was updated yet, so the learning rate is not the cause"


def _advice_on_data(run: Run) -> str:
    """Return which numbers of the data are not finite, and what to do about them, or an empty text."""
    for what, tensor in zip(("inputs", "targets"), run.data.train, strict=True):
        if not tensor.isfinite().all():
            return f"the {what} of the training data hold infinite numbers or NaN: mend or remove these samples"
    return ""


def _advice_on_settings(run: Run) -> str:
    return f"try a tenth of the learning rate, standardized inputs and targets, or larger batches than {run.batch_size}"
