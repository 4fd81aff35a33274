"""Whether runs can be stacked, and if not, why."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor

from minidl_core.errors import PluginError, describe_exception
from minidl_core.interfaces.loss import Loss
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import InterruptWatch
from minidl_core.training.first_batch_checks import FirstBatchChecks
from minidl_core.training.run_state import Run
from minidl_core.training.stacking import stacked_model

TOLERANCE = 1e-2
"""Relative tolerance: far above rounding errors, and far below the differences of runs that are mixed up."""


def stack_key(run: Run) -> tuple[object, ...]:
    """Return a key that is equal for runs that can be stacked: everything except numbers and optimizers."""
    data = [(tensor.shape, tensor.dtype) for samples in (run.data.train, run.data.test) for tensor in samples]
    state = [(name, tensor.shape) for name, tensor in run.model.state().items()]
    parts = [repr(part) for part in (run.model, run.loss, run.metrics)]
    return run.epochs, run.batch_size, data, state, parts


def declared_incompatibility(run: Run) -> str:
    """Return which part of a run declares that it does not support stacking, or an empty text."""
    for position, layer in enumerate(run.model.layers, 1):
        if not all(module.supports_stacking for module in layer.modules()):
            return f"{layer.label()} at position {position} does not support it"
    block = getattr(run.optimizer, "block", None)
    if block is None or not block.holds(run.model.parameters()):
        return f"{run.optimizer.label()} does not keep all parameters in one block"
    return ""


def observed_incompatibility(first: Run, other: Run) -> str:
    """Return why two runs cannot be stacked, or an empty text, after passing a batch through stacked copies.

    A third-party part may not support stacking without declaring it: the losses and gradients of the stacked runs must
    equal those of the single runs.

    Raises:
        PluginError: a part returns a wrong value for a single run too.
    """
    runs, size = (first, other), first.batch_size
    inputs, targets = (
        [samples[:size] for samples in part] for part in zip(*(run.data.train for run in runs), strict=True)
    )
    single: list[list[Tensor]] = []
    with InterruptWatch() as watch:
        try:
            single = [
                _loss_and_gradients(copy.deepcopy(run.model), copy.deepcopy(run.loss), *one)
                for run, *one in zip(runs, inputs, targets, strict=True)
            ]
            model = stacked_model([copy.deepcopy(run.model) for run in runs])
            stacked = _loss_and_gradients(
                model, copy.deepcopy(first.loss), torch.stack(inputs), torch.stack(targets), front=1
            )
        except BaseException as error:  # a third-party part may raise anything
            fails_single = isinstance(error, PluginError) and not single
            if watch.is_requested(error) or fails_single:
                raise
            return f"stacked, it fails with {describe_exception(error)}"
    if any(tensor.shape[:1] != (len(runs),) for tensor in stacked):
        return "stacked, it does not return one loss per run"
    same = all(_are_close([tensor[index] for tensor in stacked], one) for index, one in enumerate(single))
    return "" if same else "stacked, the results differ from those of single runs"


def _loss_and_gradients(model: Sequential, loss: Loss, inputs: Tensor, targets: Tensor, front: int = 0) -> list[Tensor]:
    """Return the loss and all gradients of a batch, with `front` dimensions before the batch."""
    with torch.inference_mode(), FirstBatchChecks(model.train(), loss, front) as checks:
        value = loss.forward(model.forward(inputs), targets)
        checks.wrap_backward(model.backward_parameters)(loss.backward())
        return [value, *(parameter.grad for parameter in model.parameters())]


def _are_close(found: Sequence[Tensor], expected: Sequence[Tensor]) -> bool:
    """Whether losses and gradients are equal except for rounding errors.

    The tolerance relates to the largest gradient, because a gradient can consist of rounding errors only, such as that
    of a bias before batch_norm.
    """
    (loss, *grads), (expected_loss, *expected_grads) = found, expected
    if expected_loss.dim():  # not a single number, which is reported when steps are taken
        return False
    largest = max(map(_size, expected_grads), default=0.0)
    tolerances = [TOLERANCE * _size(expected_loss), *[TOLERANCE * largest] * len(grads)]
    return all(
        one.shape == other.shape and torch.allclose(one, other, rtol=0, atol=tolerance, equal_nan=True)
        for one, other, tolerance in zip((loss, *grads), (expected_loss, *expected_grads), tolerances, strict=True)
    )


def _size(tensor: Tensor) -> float:
    """Return the largest absolute value of a tensor's finite numbers; 0 if there are none."""
    return float(tensor[tensor.isfinite()].abs().max()) if tensor.isfinite().any() else 0.0
