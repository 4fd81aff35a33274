"""The values of a loss, for batches as they may come."""

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
RUNS = 3

LINES = 16
"""The directions in which predictions are moved, so that there are enough losses to see how they are rounded."""


def check_value(configured: ConfiguredLoss) -> None:
    """Check that the loss of a batch is one finite number."""
    value, _ = configured.passes(*configured.batch(BATCH, 3))
    if require_tensor("the loss", value, torch.zeros(())).isfinite().logical_not():
        raise ConformanceError(f"the loss is {float(value)}, where a finite number is expected")


def check_scale(configured: ConfiguredLoss) -> None:
    """Check that a batch given twice over has the same loss, as a mean has, or twice the loss, as a sum."""
    value, gradient = configured.passes(*configured.batch(BATCH, 3))
    double, double_gradient = configured.passes(*(tensor.repeat(2, 1) for tensor in configured.batch(BATCH, 3)))
    ratio = float(double / value)
    if min(abs(ratio - 1), abs(ratio - 2)) > 1e-6:  # noqa: PLR2004 - rounding
        raise ConformanceError(
            f"a batch given twice over has {ratio:.4g} times the loss: 1 would be a mean over the batch, 2 a sum"
        )
    mean = abs(ratio - 1) < abs(ratio - 2)
    expected = (gradient / 2 if mean else gradient).repeat(2, 1)
    require_same(
        "the gradient of a batch given twice over",
        double_gradient,
        expected,
        hint="half of each sample's is expected, the loss being a mean"
        if mean
        else "each sample's is expected, the loss being a sum",
    )


def check_arguments_unchanged(configured: ConfiguredLoss) -> None:
    """Check that neither pass changes what it is given."""
    prediction, target = configured.batch(BATCH, 3)
    configured.passes(prediction, target)
    for what, now, before in zip(
        ("predictions", "targets"), (prediction, target), configured.batch(BATCH, 3), strict=True
    ):
        if not identical(now, before):
            raise ConformanceError(f"a pass changes the {what} in place: compute into a new tensor")


def check_types(configured: ConfiguredLoss) -> None:
    """Check that float32 and float64 stay what they are, and give about the same."""
    fine = configured.passes(*configured.batch(BATCH, 3))
    coarse = configured.passes(*(tensor.float() for tensor in configured.batch(BATCH, 3)))
    for what, exact, rounded in zip(("the loss", "the gradient"), fine, coarse, strict=True):
        if exact.dtype != torch.float64 or rounded.dtype != torch.float32:
            raise ConformanceError(f"{what} of float64 is {exact.dtype}, of float32 {rounded.dtype}: keep the type")
        require_same(f"{what} in float32", rounded.double(), exact, LOOSE)


def check_precision(configured: ConfiguredLoss) -> None:
    """Check that neither the loss nor its gradient is rounded to fewer digits than float64 has."""
    prediction, target = configured.batch(BATCH, 3)
    moves = [random_normal(BATCH, 3, seed=18 + number) for number in range(LINES)]

    def results(by: float) -> dict[str, Tensor]:
        passes = [configured.passes(prediction + by * move, target.clone()) for move in moves]
        values, gradients = (torch.stack(tensors) for tensors in zip(*passes, strict=True))
        return {"the loss": values, "the gradient": gradients}

    require_full_precision(results, "the loss")


def check_not_contiguous(configured: ConfiguredLoss) -> None:
    """Check that predictions and targets may lie in memory in any order."""
    expected = configured.passes(*configured.batch(BATCH, 3))
    found = configured.passes(*map(not_contiguous, configured.batch(BATCH, 3)))
    for what, one, other in zip(("the loss", "the gradient"), found, expected, strict=True):
        require_same(f"{what} of tensors that are not contiguous", one, other)


def check_stacking(configured: ConfiguredLoss) -> None:
    """Check that runs stacked in front give what each gives alone."""
    values, gradient = configured.passes(*configured.batch(RUNS, BATCH, 2))
    prediction, target = configured.batch(RUNS, BATCH, 2)
    hint = "sum, or take the mean, over batch and outputs alone, dim=(-2, -1)"
    require_tensor(f"the loss of {RUNS} runs stacked in front", values, torch.zeros(RUNS), hint)
    for run in range(RUNS):
        value, alone = configured.passes(prediction[run].clone(), target[run].clone())
        require_same(f"the loss of run {run} stacked in front", values[run], value)
        require_same(f"the gradient of run {run} stacked in front", gradient[run], alone)


def check_twin(configured: ConfiguredLoss) -> None:
    """Check that the loss is that of the twin."""
    prediction, target = configured.batch(BATCH, 3)
    twin = twin_of(configured.make())
    value, _ = configured.passes(prediction.clone(), target.clone())
    require_as_twin("the loss", value, call_twin(twin, prediction, target))
