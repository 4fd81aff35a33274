"""Layer normalization equals PyTorch's."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from minidl_core import SettingError, ShapeError, generator
from minidl_layers.layer_norm import LayerNorm
from tests.support.torch_passes import assert_same_passes


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=generator(seed))


@settings(deadline=None)
@given(
    arguments=st.fixed_dictionaries(
        {"eps": st.sampled_from([1e-5, 1e-8, 1e-3, 0.5]), "elementwise_affine": st.booleans(), "bias": st.booleans()}
    ),
    shape=st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple),
    batch=st.integers(1, 6),
    scale=st.sampled_from([0.0, 1.0, 1e-3, 1e3, 1e30]),
    seed=st.integers(0, 2**32),
)
def test_outputs_and_gradients_equal_those_of_torch(arguments, shape, batch, scale, seed) -> None:
    # The variance of a single feature is 0, and PyTorch's rounding of large features exceeds any tolerance.
    assume(scale <= 1 or torch.Size(shape).numel() > 1)
    layer = LayerNorm(**arguments).prepare(None, torch.float64)
    layer.build(shape)
    x, grad_output = scale * (1 + drawn(batch, *shape, seed=seed)), drawn(batch, *shape, seed=seed + 1)
    for number, parameter in enumerate(layer.parameters()):
        parameter.value.copy_(drawn(*shape, seed=seed + 2 + number))
    twin = nn.LayerNorm(shape, **arguments, dtype=torch.float64)
    twin.load_state_dict(layer.state())
    assert_same_passes(layer, twin, x, grad_output, output_atol=1e-10, grad_atol=1e-10 / max(1, scale))


def test_its_initial_state_equals_that_of_torch() -> None:
    layer = LayerNorm()
    layer.build((4,))
    expected = nn.LayerNorm(4).state_dict()
    assert layer.state().keys() == expected.keys()
    assert all(torch.equal(layer.state()[name], tensor) for name, tensor in expected.items())


def test_an_eps_out_of_range_is_refused() -> None:
    with pytest.raises(SettingError, match="layer_norm: eps must be a finite number of at least 0, not -1"):
        LayerNorm(eps=-1)


@pytest.mark.parametrize("shape", [(), (3, 0)])
def test_samples_without_features_are_refused(shape) -> None:
    with pytest.raises(ShapeError, match="expects samples with features"):
        LayerNorm().build(shape)
