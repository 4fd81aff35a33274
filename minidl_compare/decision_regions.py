"""Points of a plane and the decision regions of two networks that classify them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from minidl_compare.training import Training, outputs
from minidl_core import Data, Sequential, predict

GRID = 151
"""The number of grid lines along each axis at which the regions are evaluated."""

Point = tuple[float, float]


@dataclass(frozen=True)
class DecisionRegions:
    """The data of the figures of points.

    Args:
        axes: the labels of both axes: the features' names, with the unit if it is known.
        labels: the names of the classes.
        points: the training points of each class.
        grid: the coordinates of the grid along both axes.
        regions: by side, the predicted class at each point of the grid, rows from bottom to top.
        misclassified: by side, the misclassified test points of each true class.
        test_points: the number of test points.
    """

    axes: tuple[str, str]
    labels: tuple[str, ...]
    points: list[list[Point]]
    grid: tuple[list[float], list[float]]
    regions: dict[str, list[list[int]]]
    misclassified: dict[str, list[list[Point]]]
    test_points: int


def incompatibility(data: Data) -> str:
    """Return why decision regions cannot be drawn for these samples, or an empty text."""
    if data.input_shape != (2,):
        return f"samples have the shape {data.input_shape}, and only points of a plane, (2,), can be drawn"
    return "" if data.task == "classification" else "targets are numbers, and only classes can be drawn"


def decision_regions_of(data: Data, minidl: Training, torch_training: Training) -> DecisionRegions:
    """Return points, decision regions and misclassified points of a pair of trainings."""
    classes = data.target_shape[0]
    everything = torch.cat([data.train.inputs, data.test.inputs])
    low, high = everything.min(0).values, everything.max(0).values
    across, up = (torch.linspace(float(a), float(b), GRID) for a, b in zip(low, high, strict=True))
    places = torch.stack([across.repeat(GRID), up.repeat_interleave(GRID)], dim=1)
    truth = data.test.targets.argmax(1)
    regions, wrong = {}, {}
    for side, training in (("minidl", minidl), ("torch", torch_training)):
        regions[side] = _classes(training, places).view(GRID, GRID).tolist()
        missed = _classes(training, data.test.inputs) != truth
        wrong[side] = _by_class(data.test.inputs[missed], truth[missed], classes)
    return DecisionRegions(
        axes=_axes(data),
        labels=data.target_names or tuple(map(str, range(classes))),
        points=_by_class(data.train.inputs, data.train.targets.argmax(1), classes),
        grid=(across.tolist(), up.tolist()),
        regions=regions,
        misclassified=wrong,
        test_points=len(truth),
    )


def _axes(data: Data) -> tuple[str, str]:
    inputs = data.train.inputs
    deviation, mean = torch.std_mean(inputs, 0, correction=0)
    standardized = bool(mean.abs().max() < 1e-3) and bool((deviation - 1).abs().max() < 1e-2)  # noqa: PLR2004 - rounding
    unit = " (standard deviations from the mean)" if standardized else ""
    first, second = data.feature_names or ("first feature", "second feature")
    return first + unit, second + unit


def _classes(training: Training, inputs: Tensor) -> Tensor:
    """Return the class that a trained network predicts for each input."""
    model = training.model
    if isinstance(model, Sequential):
        return predict(model, inputs).argmax(1)
    return outputs(model, inputs.to(next(model.parameters()).dtype)).argmax(1)


def _by_class(points: Tensor, labels: Tensor, classes: int) -> list[list[Point]]:
    return [cast("list[Point]", list(map(tuple, points[labels == label].tolist()))) for label in range(classes)]
