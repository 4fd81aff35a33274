"""Requirements for every metric of minidl in addition to the conformance kit."""

from __future__ import annotations

from typing import Any

import torch

from minidl_core import Metric, generator
from tests.support.built_in_parts import every


@every("metric")
def test_perfect_predictions_have_the_best_value_and_others_a_worse_one(part: type[Metric], settings: Any) -> None:
    metric, target = part(**settings), torch.eye(3, dtype=torch.float64).repeat(4, 1)
    others = torch.randn(12, 3, dtype=torch.float64, generator=generator(0))
    best, other = float(metric.compute(target, target)), float(metric.compute(others, target))
    assert best == (1 if metric.higher_is_better else 0)
    assert best > other if metric.higher_is_better else best < other
