"""What every loss must satisfy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from minidl_core.interfaces.loss import Loss
from minidl_core.testing.case import Case, ConformanceError
from minidl_core.testing.comparing import LOOSE, not_contiguous, require_same, require_tensor
from minidl_core.testing.differences import gradient_error
from minidl_core.testing.specimen import specimens
from minidl_core.testing.subject import Subject
from minidl_core.testing.targets import TargetedSpecimen, taking_targets

BATCH = 5
RUNS = 3
SIZES = [(batch, outputs) for batch in (1, 2, 7) for outputs in (1, 3)]

REAL_TARGETS = "if the loss is for one-hot targets alone, let forward refuse others with a DataError"


@dataclass(frozen=True)
class LossSpecimen(TargetedSpecimen):
    """A loss's class with settings and the kind of targets."""

    def passes(self, prediction: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Return the loss and its gradient.

        Raises:
            NotCheckedError: the loss refuses such targets.
        """
        loss: Loss = self.make()
        value = taking_targets(loss.forward, prediction, target)
        return value, require_tensor("what backward returned", loss.backward(), prediction)


def loss_cases(subject: Subject) -> Iterator[Case]:
    """Yield all checks of a loss, for its settings and for one-hot and real targets."""
    for made, specimen in specimens(subject):
        yield made
        if specimen is None:
            continue
        for one_hot in (True, False):
            loss = LossSpecimen(specimen.part, specimen.settings, one_hot)
            for batch, outputs in SIZES:
                words = (*loss.words, f"batch={batch}", f"outputs={outputs}")
                yield Case(
                    "the gradient is that of central differences", words, partial(check_gradient, loss, batch, outputs)
                )
            for name, check in CHECKS.items():
                yield Case(name, loss.words, partial(check, loss))


def check_gradient(specimen: LossSpecimen, batch: int, outputs: int) -> None:
    """Compare the gradient with central differences."""
    _, found = specimen.passes(*specimen.batch(batch, outputs))
    prediction, target = specimen.batch(batch, outputs)
    loss: Loss = specimen.make()
    error = gradient_error(
        "the prediction", found, lambda: float(loss.forward(prediction.clone(), target.clone())), prediction, batch
    )
    if error is not None:
        raise ConformanceError(error if specimen.one_hot else f"{error}; {REAL_TARGETS}")


def check_value(specimen: LossSpecimen) -> None:
    """Check that the loss of a batch is one finite number."""
    value, _ = specimen.passes(*specimen.batch(BATCH, 3))
    if require_tensor("the loss", value, torch.zeros(())).isfinite().logical_not():
        raise ConformanceError(f"the loss is {float(value)}, where a finite number is due")


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
        mend="half of each sample's is due, the loss being a mean"
        if mean
        else "each sample's is due, the loss being a sum",
    )


def check_leaving_alone(specimen: LossSpecimen) -> None:
    """Check that neither pass changes what it is given."""
    prediction, target = specimen.batch(BATCH, 3)
    specimen.passes(prediction, target)
    for what, now, before in zip(
        ("predictions", "targets"), (prediction, target), specimen.batch(BATCH, 3), strict=True
    ):
        if not torch.equal(now, before):
            raise ConformanceError(f"a pass changes the {what} in place: compute into a new tensor")


def check_types(specimen: LossSpecimen) -> None:
    """Check that float32 and float64 stay what they are, and give about the same."""
    fine = specimen.passes(*specimen.batch(BATCH, 3))
    coarse = specimen.passes(*(tensor.float() for tensor in specimen.batch(BATCH, 3)))
    for what, exact, rounded in zip(("the loss", "the gradient"), fine, coarse, strict=True):
        if exact.dtype != torch.float64 or rounded.dtype != torch.float32:
            raise ConformanceError(f"{what} of float64 is {exact.dtype}, of float32 {rounded.dtype}: keep the type")
        require_same(f"{what} in float32", rounded.double(), exact, LOOSE)


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
    require_tensor(f"the loss of {RUNS} runs stacked in front", values, torch.zeros(RUNS))
    for run in range(RUNS):
        value, alone = specimen.passes(prediction[run].clone(), target[run].clone())
        require_same(f"the loss of run {run} stacked in front", values[run], value)
        require_same(f"the gradient of run {run} stacked in front", gradient[run], alone)


CHECKS: dict[str, Callable[[LossSpecimen], None]] = {
    "the loss of a batch is one number": check_value,
    "its scale by batch is that of a mean or a sum": check_scale,
    "passes leave what they are given as it is": check_leaving_alone,
    "float32 and float64 are kept and agree": check_types,
    "input that is not contiguous gives the same": check_not_contiguous,
    "runs stacked in front equal each alone": check_stacking,
}
