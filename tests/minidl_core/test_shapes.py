"""Samples as the rows of a matrix."""

from __future__ import annotations

import pytest
import torch

from minidl_core import as_rows


@pytest.mark.parametrize("samples", [(), (1,), (5,), (2, 3), (2, 0, 3)])
def test_all_dimensions_before_the_features_become_one(samples: tuple[int, ...]) -> None:
    batch = torch.arange(4.0).expand(*samples, 4)
    rows = as_rows(batch)
    assert rows.shape == (torch.Size(samples).numel(), 4)
    assert (rows == torch.arange(4.0)).all()


def test_a_matrix_is_not_copied() -> None:
    batch = torch.zeros(5, 4)
    assert as_rows(batch) is batch
    assert as_rows(torch.zeros(2, 3, 4)).shape == (6, 4)
