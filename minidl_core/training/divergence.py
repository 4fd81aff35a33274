"""Errors that end training because of the loss: infinite, NaN or not a single number."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core.assembly import part_names
from minidl_core.errors import DivergenceError, ShapeError
from minidl_core.interfaces.loss import Loss
from minidl_core.training.run_state import Run


def loss_shape_error(loss: Loss, value: Tensor, targets: Tensor) -> ShapeError:
    """Return the error for a loss that returned several numbers for a batch."""
    return ShapeError(
        f"one number as the loss of a batch, but {loss.label()} returned a tensor of shape {tuple(value.shape)} for "
        f"targets whose samples have the shape {tuple(targets.shape[1:])}",
        f"use targets that {loss.label()} supports (vectors, for most losses), or another loss",
    )


def step_divergence(run: Run) -> DivergenceError:
    """Return the error for a run whose next step has a loss that is infinite or NaN."""
    step = run.step_in_epoch
    advice = _advice_at_first_step(run) if run.step == 0 else ""
    return _divergence_error(run, float(run.losses[step]), run.step + 1, advice)


def evaluation_divergence(run: Run, value: float) -> DivergenceError:
    """Return the error for a run whose loss over all training samples is infinite or NaN after its last step."""
    return _divergence_error(run, value, run.step)


def _divergence_error(run: Run, value: float, step: int, advice: str = "") -> DivergenceError:
    which = f" of repeat {run.repeat}" if run.repeats > 1 else ""
    where = f"step {step} (epoch {run.epoch} of {run.epochs})"
    advice = _advice_on_data(run) or advice or _advice_on_settings(run)
    return DivergenceError(f"the loss{which} became {value} at {where}, with {run.optimizer!r}: {advice}")


@torch.inference_mode()
def _advice_at_first_step(run: Run) -> str:
    """Return advice about a loss that is not finite before the first update, so not because of the learning rate."""
    inputs = run.data.train.inputs
    x = inputs[run.order[: run.batch_size].to(inputs.device)]
    for layer in run.model.layers:
        y = layer.forward(x)
        if x.isfinite().all() and not y.isfinite().all():
            return (
                f"{part_names([run.model])[id(layer)]} returns infinite numbers or NaN for finite inputs: fix it, or "
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
