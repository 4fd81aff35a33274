"""Activations equal PyTorch's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from minidl_core import Module, SettingError, ShapeError
from minidl_layers.gelu import GELU
from minidl_layers.leaky_relu import LeakyReLU
from minidl_layers.sigmoid import Sigmoid
from minidl_layers.silu import SiLU
from minidl_layers.softmax import Softmax
from tests.support.torch_passes import assert_same_passes

EXTREMES = [0.0, -0.0, 1e-30, -1e-30, 1e3, -1e3, 1e30, -1e30, 40.0, -40.0]

numbers = st.one_of(st.sampled_from(EXTREMES), st.floats(-1e30, 1e30), st.floats(-10, 10))
slopes = st.one_of(st.sampled_from([0.0, 1.0, -1.0, 0.01, 1e6]), st.floats(-10, 10))
pairs: st.SearchStrategy[tuple[Module, nn.Module]] = st.one_of(
    st.builds(lambda: (Sigmoid(), nn.Sigmoid())),
    st.builds(lambda: (SiLU(), nn.SiLU())),
    st.builds(lambda: (Softmax(), nn.Softmax(-1))),
    st.sampled_from(["none", "tanh"]).map(lambda how: (GELU(how), nn.GELU(how))),
    slopes.map(lambda slope: (LeakyReLU(slope), nn.LeakyReLU(slope))),
)
sizes = st.lists(st.integers(1, 5), min_size=2, max_size=4)


@st.composite
def tensors(draw: Callable, count: int = 2) -> list[Tensor]:
    """Draw tensors of one shape."""
    shape = draw(sizes)
    size = torch.Size(shape).numel()
    drawn = [draw(st.lists(numbers, min_size=size, max_size=size)) for _ in range(count)]
    return [torch.tensor(one, dtype=torch.float64).reshape(shape) for one in drawn]


@settings(deadline=None)
@given(pairs, tensors())
def test_output_and_gradient_equal_those_of_torch(pair, given_tensors) -> None:
    (layer, twin), (x, drawn) = pair, given_tensors
    grad_output = drawn.clamp(-1e3, 1e3)
    layer.build(tuple(x.shape[1:]))
    # Gradients are exact to their rounding, which scales with grad_output.
    grad_atol = 1e-10 * max(1.0, float(grad_output.abs().max()))
    assert_same_passes(layer, twin, x, grad_output, output_atol=1e-10, grad_atol=grad_atol)


def test_the_gradient_of_leaky_relu_at_0_is_its_negative_slope() -> None:
    layer = LeakyReLU(0.25)
    layer.forward(torch.zeros(1, 2))
    assert layer.backward(torch.ones(1, 2)).tolist() == [[0.25, 0.25]]


@pytest.mark.parametrize("slope", [float("inf"), float("nan")])
def test_a_slope_that_is_not_finite_is_refused(slope) -> None:
    with pytest.raises(SettingError, match="leaky_relu: negative_slope must be a finite number, not"):
        LeakyReLU(slope)


def test_an_unknown_approximation_is_refused() -> None:
    with pytest.raises(SettingError, match="gelu: approximate must be none or tanh, not 'sine'"):
        GELU("sine")


def test_a_softmax_of_samples_without_features_is_refused() -> None:
    with pytest.raises(ShapeError, match="expects samples with features"):
        Softmax().build(())
