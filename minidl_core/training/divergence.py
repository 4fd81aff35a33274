"""Errors that end training because of the loss: infinite, NaN or not a single number."""

from __future__ import annotations

import math

from torch import Tensor

from minidl_core.assembly import part_names
from minidl_core.errors import DivergenceError, ShapeError
from minidl_core.interfaces.sequential import Sequential
from minidl_core.training.run_group import RunGroup
from minidl_core.training.run_state import Run


def loss_shape_error(group: RunGroup, losses: Tensor, targets: Tensor) -> ShapeError:
    """Return the error for a loss that returned several numbers for a batch."""
    loss, sample = group.loss.label(), tuple(targets.shape[group.batch_dim + 1 :])
    return ShapeError(
        f"one number as the loss of a batch, but {loss} returned a tensor of shape {tuple(losses.shape)} for targets "
        f"whose samples have the shape {sample}",
        f"use targets that {loss} supports (vectors, for most losses), or another loss",
    )


def first_divergence(group: RunGroup, losses: Tensor, inputs: Tensor) -> DivergenceError | None:
    """Return the error for the first run whose loss is not finite; None if only the sum of the losses is not.

    Args:
        group: the runs, before the update of the current step.
        losses: the loss of each run.
        inputs: the batch that the losses were computed from.
    """
    group.share_progress(0, 0, 0)
    for run, value in zip(group.runs, losses.reshape(-1).tolist(), strict=True):
        if not math.isfinite(value):
            return divergence_error(run, value, _advice_at_first_step(group.model, inputs) if run.step == 1 else "")
    return None


def divergence_error(run: Run, value: float, advice: str = "") -> DivergenceError:
    """Return the error for a run whose loss is infinite or NaN, and set it as the run's failure.

    Args:
        run: the run.
        value: its loss.
        advice: how to fix it, if the cause is known.
    """
    which = f" of repeat {run.repeat}" if run.repeats > 1 else ""
    where = f"step {run.step} (epoch {run.epoch} of {run.epochs})"
    advice = _advice_on_data(run) or advice or _advice_on_settings(run)
    run.failure = DivergenceError(f"the loss{which} became {value} at {where}, with {run.optimizer!r}: {advice}")
    return run.failure


def _advice_at_first_step(model: Sequential, x: Tensor) -> str:
    """Return advice about a loss that is not finite before the first update, so not because of the learning rate."""
    for layer in model.layers:
        y = layer.forward(x)
        if x.isfinite().all() and not y.isfinite().all():
            return (
                f"{part_names([model])[id(layer)]} returns infinite numbers or NaN for finite inputs: fix it, or "
                "standardize the inputs"
            )
        x = y
    return "standardize the inputs and targets; the learning rate is not the cause: no parameter was updated yet"


def _advice_on_data(run: Run) -> str:
    """Return advice about training data that are not finite, or an empty text."""
    for what, tensor in zip(("inputs", "targets"), run.data.train, strict=True):
        if not tensor.isfinite().all():
            return f"the {what} of the training data contain infinite numbers or NaN: correct or remove these samples"
    return ""


def _advice_on_settings(run: Run) -> str:
    return f"try a tenth of the learning rate, standardized inputs and targets, or larger batches than {run.batch_size}"
