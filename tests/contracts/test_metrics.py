"""What every registered metric must satisfy."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from settings import cases, label

from minidl_core import Metric, generator

every_metric = pytest.mark.parametrize(("name", "part", "settings"), cases("metric"), ids=label)


@every_metric
def test_perfect_predictions_are_no_worse_than_others(name: str, part: type[Metric], settings: Any) -> None:
    metric, target = part(**settings), torch.eye(3, dtype=torch.float64).repeat(4, 1)
    others = torch.randn(12, 3, dtype=torch.float64, generator=generator(0))
    best, other = float(metric.compute(target, target)), float(metric.compute(others, target))
    assert best > other if metric.higher_is_better else best < other
    assert best == (1 if metric.higher_is_better else 0)


@every_metric
def test_runs_stacked_in_front_equal_each_alone(name: str, part: type[Metric], settings: Any) -> None:
    metric = part(**settings)
    prediction, target = (torch.randn(3, 12, 2, dtype=torch.float64, generator=generator(s)) for s in (0, 1))
    together = metric.compute(prediction, target)
    assert together.shape == (3,)
    for run in range(3):
        torch.testing.assert_close(together[run], metric.compute(prediction[run], target[run]))
