"""What every registered dataset that needs no file must satisfy."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from settings import cases, label

from minidl_core import Dataset

every_dataset = pytest.mark.parametrize(
    ("name", "part", "settings"), [case for case in cases("dataset") if "path" not in case[2]], ids=label
)


@every_dataset
def test_one_seed_gives_the_same_data_and_another_seed_other(name: str, part: type[Dataset], settings: Any) -> None:
    first, again, other = (part(**settings).load(seed) for seed in (5, 5, 6))
    assert torch.equal(first.train.inputs, again.train.inputs)
    assert torch.equal(first.test.targets, again.test.targets)
    assert not torch.equal(first.train.inputs, other.train.inputs)


@every_dataset
def test_names_and_shapes_agree(name: str, part: type[Dataset], settings: Any) -> None:
    data = part(**settings).load(0)
    assert data.input_shape == (len(data.feature_names),)
    assert data.target_shape == (len(data.target_names),)
    if data.task == "classification":
        assert torch.equal(data.train.targets.sum(-1), torch.ones(len(data.train.targets), dtype=torch.float64))


@every_dataset
def test_the_preprocessing_survives_json(name: str, part: type[Dataset], settings: Any) -> None:
    preprocessing = part(**settings).load(0).preprocessing
    assert preprocessing is not None
    again = part.restore_preprocessing(json.loads(json.dumps(preprocessing.to_json())))
    raw = torch.rand(5, 2, dtype=torch.float64)
    assert torch.equal(again.transform(raw), preprocessing.transform(raw))
