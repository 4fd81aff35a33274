"""Requirements for every dataset of minidl that needs no file, in addition to the conformance kit."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from minidl_core import Dataset
from tests.support.built_in_parts import every


@every("dataset")
def test_another_seed_gives_other_data(part: type[Dataset], settings: Any) -> None:
    if "path" in settings:
        pytest.skip("it reads a file")
    first, other = (part(**settings).load(seed) for seed in (5, 6))
    assert not torch.equal(first.train.inputs, other.train.inputs)


@every("dataset")
def test_features_and_targets_have_names(part: type[Dataset], settings: Any) -> None:
    if "path" in settings:
        pytest.skip("it reads a file")
    data = part(**settings).load(0)
    assert data.input_shape == (len(data.feature_names),)
    assert data.target_shape == (len(data.target_names),)
