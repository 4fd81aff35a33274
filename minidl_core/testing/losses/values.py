"""The values of a loss, for batches as they may come."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core.testing.case import ConformanceError
from minidl_core.testing.comparing import LOOSE, drawn, identical, not_contiguous, require_same, require_tensor
from minidl_core.testing.losses.specimen import LossSpecimen
from minidl_core.testing.precision import require_exact
from minidl_core.testing.twins import asked, require_as_twin, twin_of

BATCH = 5
RUNS = 3

LINES = 16
"""The directions in which predictions are moved, so that there are enough losses to see how they are rounded."""


def check_value(specimen: LossSpecimen) -> None:
    """Check that the loss of a batch is one finite number."""
    value, _ = specimen.passes(*specimen.batch(BATCH, 3))
    if require_tensor("the loss", value, torch.zeros(())).isfinite().logical_not():
        raise ConformanceError(f"the loss is {float(value)}, where a finite number is expected")


def check_scale(specimen: LossSpecimen) -> None:
    """Check that a batch given twice over has the same loss, as a mean has, or twice the loss, as a sum."""
    value, gradient = specimen.passes(*specimen.batch(BATCH, 3))
    double, double_gradient = specimen.passes(*(tensor.repeat(2, 1) for tensor in specimen.batch(BATCH, 3)))
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
        mend="half of each sample's is expected, the loss being a mean"
        if mean
        else "each sample's is expected, the loss being a sum",
    )


def check_leaving_alone(specimen: LossSpecimen) -> None:
    """Check that neither pass changes what it is given."""
    prediction, target = specimen.batch(BATCH, 3)
    specimen.passes(prediction, target)
    for what, now, before in zip(
        ("predictions", "targets"), (prediction, target), specimen.batch(BATCH, 3), strict=True
    ):
        if not identical(now, before):
            raise ConformanceError(f"a pass changes the {what} in place: compute into a new tensor")


def check_types(specimen: LossSpecimen) -> None:
    """Check that float32 and float64 stay what they are, and give about the same."""
    fine = specimen.passes(*specimen.batch(BATCH, 3))
    coarse = specimen.passes(*(tensor.float() for tensor in specimen.batch(BATCH, 3)))
    for what, exact, rounded in zip(("the loss", "the gradient"), fine, coarse, strict=True):
        if exact.dtype != torch.float64 or rounded.dtype != torch.float32:
            raise ConformanceError(f"{what} of float64 is {exact.dtype}, of float32 {rounded.dtype}: keep the type")
        require_same(f"{what} in float32", rounded.double(), exact, LOOSE)


def check_precision(specimen: LossSpecimen) -> None:
    """Check that neither the loss nor its gradient is rounded to fewer digits than float64 has."""
    prediction, target = specimen.batch(BATCH, 3)
    moves = [drawn(BATCH, 3, seed=18 + number) for number in range(LINES)]

    def results(by: float) -> dict[str, Tensor]:
        passes = [specimen.passes(prediction + by * move, target.clone()) for move in moves]
        values, gradients = (torch.stack(tensors) for tensors in zip(*passes, strict=True))
        return {"the loss": values, "the gradient": gradients}

    require_exact(results, "the loss")


def check_not_contiguous(specimen: LossSpecimen) -> None:
    """Check that predictions and targets may lie in memory in any order."""
    expected = specimen.passes(*specimen.batch(BATCH, 3))
    found = specimen.passes(*map(not_contiguous, specimen.batch(BATCH, 3)))
    for what, one, other in zip(("the loss", "the gradient"), found, expected, strict=True):
        require_same(f"{what} of tensors that are not contiguous", one, other)


def check_stacking(specimen: LossSpecimen) -> None:
    """Check that runs stacked in front give what each gives alone."""
    values, gradient = specimen.passes(*specimen.batch(RUNS, BATCH, 2))
    prediction, target = specimen.batch(RUNS, BATCH, 2)
    hint = "sum, or take the mean, over batch and outputs alone, dim=(-2, -1)"
    require_tensor(f"the loss of {RUNS} runs stacked in front", values, torch.zeros(RUNS), hint)
    for run in range(RUNS):
        value, alone = specimen.passes(prediction[run].clone(), target[run].clone())
        require_same(f"the loss of run {run} stacked in front", values[run], value)
        require_same(f"the gradient of run {run} stacked in front", gradient[run], alone)


def check_twin(specimen: LossSpecimen) -> None:
    """Check that the loss is that of the twin."""
    prediction, target = specimen.batch(BATCH, 3)
    twin = twin_of(specimen.make())
    value, _ = specimen.passes(prediction.clone(), target.clone())
    require_as_twin("the loss", value, asked(twin, prediction, target))
