"""Checks the gradient of a loss against central differences, for several batch sizes and distances to the targets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from minidl_core.interfaces.loss import Loss
from minidl_core.seeds import generator
from minidl_core.testing.check_case import ConformanceError
from minidl_core.testing.formula_location import locate_formula
from minidl_core.testing.losses.configured_loss import ConfiguredLoss
from minidl_core.testing.numerics.central_differences import TOLERANCE, CentralDifferences
from minidl_core.testing.numerics.diagnosis import Sizes, diagnose
from minidl_core.testing.numerics.gradient_check import PREDICTION, WrongGradient, compare_gradient

SIZES: tuple[Sizes, ...] = tuple((batch, outputs) for batch in (1, 2, 7) for outputs in (1, 3))
"""The sizes that are compared for a diagnosis if a gradient is wrong."""

LARGE_BATCH = 300
FEW = 30

Distance = Literal["ordinary", "near", "far"]
NEAR = 1e-4
FARTHEST = 1e2

INEXACT = 0.02
"""The maximum relative error near to the targets and far from them, where a formula may be inexact."""

REAL_TARGETS = "if the loss only supports one-hot targets, let forward raise a DataError for others"


@dataclass(frozen=True)
class Batch:
    """The size of a batch, and the distance of its predictions from the targets."""

    samples: int
    outputs: int
    distance: Distance = "ordinary"

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of its case."""
        how = {"ordinary": (), "near": ("predictions near the targets",), "far": ("predictions far from the targets",)}
        return (f"batch={self.samples}", f"outputs={self.outputs}", *how[self.distance])

    @property
    def unit(self) -> float:
        """The unit of the difference steps: above the distance to the targets, to reduce rounding."""
        return 100 * NEAR if self.distance == "near" else 1.0

    @property
    def tolerance(self) -> float:
        """The maximum relative error of a correct element of the gradient."""
        return TOLERANCE if self.distance == "ordinary" else INEXACT

    def draw(self, configured: ConfiguredLoss) -> tuple[Tensor, Tensor]:
        """Return predictions and targets."""
        prediction, target = configured.batch(self.samples, self.outputs)
        if self.distance == "near":
            prediction = target + NEAR * prediction
        if self.distance == "far":
            power = torch.rand(prediction.shape, dtype=prediction.dtype, generator=generator(3))
            prediction = target + prediction.sign() * FARTHEST**power
        return prediction, target


def batches() -> Iterator[Batch]:
    """Yield the batches to check gradients with."""
    yield from (Batch(*sizes) for sizes in SIZES)
    yield Batch(7, 3, "near")
    yield Batch(7, 3, "far")
    yield Batch(LARGE_BATCH, 3)


def check_gradient(configured: ConfiguredLoss, batch: Batch) -> None:
    """Compare the gradient with central differences."""
    one = _wrong(configured, batch)
    if one is None:
        return
    wrong, right = [one], []
    for sizes in SIZES:
        with suppress(Exception):  # reported by its own case
            other = _wrong(configured, Batch(*sizes)) if Batch(*sizes) != batch else None
            wrong += [] if other is None else [other]
            right += [sizes] if other is None and Batch(*sizes) != batch else []
    if batch.distance != "ordinary" and len(wrong) == 1:
        right = []
    text = one.text if configured.one_hot or not _takes_one_hot(configured, batch) else f"{one.text}; {REAL_TARGETS}"
    formula = locate_formula(configured.part, [PREDICTION])
    raise ConformanceError(text, diagnose(wrong, right), f"the gradient of {PREDICTION}", formula)


def _takes_one_hot(configured: ConfiguredLoss, batch: Batch) -> bool:
    """Return whether the gradient is correct for one-hot targets."""
    with suppress(Exception):
        return _wrong(replace(configured, one_hot=True), batch) is None
    return False


def _wrong(configured: ConfiguredLoss, batch: Batch) -> WrongGradient | None:
    """Return how the gradient of a batch differs from central differences, or None; computed once."""
    return configured.cached((batch, configured.one_hot), lambda: _compared(configured, batch))


def _compared(configured: ConfiguredLoss, batch: Batch) -> WrongGradient | None:
    _, found = configured.passes(*batch.draw(configured))
    prediction, target = batch.draw(configured)
    loss: Loss = configured.make()

    def value() -> Tensor:
        return loss.forward(prediction.clone(), target.clone()).clone()

    differences = CentralDifferences(value, prediction, batch.unit, batch.tolerance)
    wrong = compare_gradient(PREDICTION, found, differences, batch.samples, FEW)
    return None if wrong is None else replace(wrong, outputs=batch.outputs)
