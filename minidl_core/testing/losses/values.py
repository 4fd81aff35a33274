"""Checks the values of a loss: shape, scale, types, precision, memory layout and its PyTorch twin."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core.testing.check_case import ConformanceError
from minidl_core.testing.losses.configured_loss import ConfiguredLoss
from minidl_core.testing.numerics.comparison import (
    LOOSE,
    identical,
    not_contiguous,
    random_normal,
    require_same,
    require_tensor,
)
from minidl_core.testing.numerics.precision import require_full_precision
from minidl_core.testing.torch_twin import call_twin, require_as_twin, twin_of

BATCH = 5

LINES = 16
"""The number of directions in which predictions are moved, for enough values to measure rounding."""


def check_value(configured: ConfiguredLoss) -> None:
    """Check that the loss of a batch is a finite scalar."""
    value, _ = configured.passes(*configured.batch(BATCH, 3))
    if require_tensor("the loss", value, torch.zeros(())).isfinite().logical_not():
        raise ConformanceError(f"the loss is {float(value)}, expected a finite number")


def check_scale(configured: ConfiguredLoss) -> None:
    """Check that repeating a batch keeps the loss, as for a mean, or doubles it, as for a sum."""
    value, gradient = configured.passes(*configured.batch(BATCH, 3))
    double, double_gradient = configured.passes(*(tensor.repeat(2, 1) for tensor in configured.batch(BATCH, 3)))
    ratio = float(double / value)
    if min(abs(ratio - 1), abs(ratio - 2)) > 1e-6:  # noqa: PLR2004 - rounding
        raise ConformanceError(
            f"repeating a batch multiplies the loss by {ratio:.4g}, expected 1 for a mean over the batch or 2 for a sum"
        )
    mean = abs(ratio - 1) < abs(ratio - 2)
    expected = (gradient / 2 if mean else gradient).repeat(2, 1)
    require_same(
        "the gradient of a repeated batch",
        double_gradient,
        expected,
        hint="the loss is a mean, so the gradient of each sample must halve"
        if mean
        else "the loss is a sum, so the gradient of each sample must stay the same",
    )


def check_arguments_unchanged(configured: ConfiguredLoss) -> None:
    """Check that neither pass modifies predictions or targets."""
    prediction, target = configured.batch(BATCH, 3)
    configured.passes(prediction, target)
    for what, now, before in zip(
        ("predictions", "targets"), (prediction, target), configured.batch(BATCH, 3), strict=True
    ):
        if not identical(now, before):
            raise ConformanceError(f"a pass modifies the {what} in place: compute into a new tensor")


def check_types(configured: ConfiguredLoss) -> None:
    """Check that results have the dtype of the inputs, and that float32 and float64 agree."""
    fine = configured.passes(*configured.batch(BATCH, 3))
    coarse = configured.passes(*(tensor.float() for tensor in configured.batch(BATCH, 3)))
    for what, exact, rounded in zip(("the loss", "the gradient"), fine, coarse, strict=True):
        if exact.dtype != torch.float64 or rounded.dtype != torch.float32:
            raise ConformanceError(
                f"{what} is {exact.dtype} for float64 inputs and {rounded.dtype} for float32 inputs: keep the dtype"
            )
        require_same(f"{what} in float32", rounded.double(), exact, LOOSE)


def check_precision(configured: ConfiguredLoss) -> None:
    """Check that neither the loss nor its gradient is computed in a lower precision than float64."""
    prediction, target = configured.batch(BATCH, 3)
    moves = [random_normal(BATCH, 3, seed=18 + number) for number in range(LINES)]

    def results(by: float) -> dict[str, Tensor]:
        passes = [configured.passes(prediction + by * move, target.clone()) for move in moves]
        values, gradients = (torch.stack(tensors) for tensors in zip(*passes, strict=True))
        return {"the loss": values, "the gradient": gradients}

    require_full_precision(results, "the loss")


def check_not_contiguous(configured: ConfiguredLoss) -> None:
    """Check that predictions and targets need not be contiguous in memory."""
    expected = configured.passes(*configured.batch(BATCH, 3))
    found = configured.passes(*map(not_contiguous, configured.batch(BATCH, 3)))
    for what, one, other in zip(("the loss", "the gradient"), found, expected, strict=True):
        require_same(f"{what} of non-contiguous tensors", one, other)


def check_twin(configured: ConfiguredLoss) -> None:
    """Check that the loss equals that of the PyTorch twin."""
    prediction, target = configured.batch(BATCH, 3)
    twin = twin_of(configured.make())
    value, _ = configured.passes(prediction.clone(), target.clone())
    require_as_twin("the loss", value, call_twin(twin, prediction, target))
