"""Binary cross-entropy stays finite and exact far from 0, and says what it cannot take."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from minidl_core import SettingError, ShapeError
from minidl_losses.bce_with_logits import BCEWithLogits


def test_what_is_nearly_certain_still_costs_a_little() -> None:
    prediction, target = torch.tensor([[40.0]]), torch.tensor([[1.0]])

    found = BCEWithLogits().forward(prediction, target)

    torch.testing.assert_close(found, torch.tensor(-40.0).exp(), rtol=1e-6, atol=0)


def test_huge_logits_neither_overflow_nor_lose_the_gradient() -> None:
    loss = BCEWithLogits("sum")

    assert loss.forward(torch.tensor([[1e4, -1e4]]), torch.tensor([[0.0, 1.0]])) == 2e4
    assert torch.equal(loss.backward(), torch.tensor([[1.0, -1.0]]))


def test_a_target_of_1_counts_by_its_output_s_weight() -> None:
    prediction, target = torch.zeros(1, 2), torch.tensor([[1.0, 0.0]])

    found = BCEWithLogits("sum", (3, 5)).forward(prediction, target)

    torch.testing.assert_close(found, 4 * torch.tensor(2.0).log())


def test_passes_leave_what_they_are_given_with_weights_too() -> None:
    prediction, target = torch.randn(3, 2), torch.rand(3, 2)
    before = prediction.clone(), target.clone()
    loss = BCEWithLogits(pos_weight=(2, 3))
    loss.forward(prediction, target)
    gradient = loss.backward()

    assert torch.equal(prediction, before[0])
    assert torch.equal(target, before[1])
    assert torch.equal(loss.backward(), gradient)


def test_weights_for_other_outputs_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"2 outputs, not 3: give pos_weight a number for each output"):
        BCEWithLogits(pos_weight=(1, 2)).forward(torch.zeros(2, 3), torch.zeros(2, 3))


def test_targets_of_another_shape_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"\(2,\), not \(2, 1\)"):
        BCEWithLogits().forward(torch.zeros(2, 1), torch.zeros(2))


@pytest.mark.parametrize("given", [{"reduction": "none"}, {"pos_weight": (-1,)}, {"pos_weight": (float("nan"),)}])
def test_settings_out_of_range_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match=rf"bce_with_logits: {next(iter(given))} must be"):
        BCEWithLogits(**given)
