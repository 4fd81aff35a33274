"""Requirements for every loss of minidl in addition to the conformance kit."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from minidl_core import Loss, OrderError, generator
from tests.support.built_in_parts import every


@every("loss")
def test_the_gradient_is_that_of_autograd(part: type[Loss], settings: Any) -> None:
    loss = part(**settings)
    prediction = torch.randn(5, 3, dtype=torch.float64, generator=generator(1)).requires_grad_()
    target = torch.eye(3, dtype=torch.float64)[[0, 2, 1, 1, 0]]
    (expected,) = torch.autograd.grad(loss.forward(prediction, target), prediction)
    with torch.no_grad():
        loss.forward(prediction, target)
        torch.testing.assert_close(loss.backward(), expected, rtol=1e-10, atol=1e-12)


@every("loss")
def test_backward_before_forward_is_an_error_that_says_so(part: type[Loss], settings: Any) -> None:
    with pytest.raises(OrderError, match=r"backward.* needs self\.\w+, .* call forward first"):
        part(**settings).backward()
