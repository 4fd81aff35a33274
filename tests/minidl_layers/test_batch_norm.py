"""Batch normalization equals PyTorch's."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from minidl_core import DataError, SettingError, ShapeError, generator, sequential
from minidl_layers.batch_norm import BatchNorm
from tests.support.torch_passes import assert_same_passes

STEPS = 3


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=generator(seed))


def built(features: int, seed: int = 0, **arguments: Any) -> BatchNorm:
    """Return a layer whose parameters are not the initial ones."""
    layer = BatchNorm(**arguments).prepare(None, torch.float64)
    layer.build((features,))
    for number, parameter in enumerate(layer.parameters()):
        parameter.value.copy_(drawn(features, seed=seed + number))
    return layer


constructors = st.fixed_dictionaries(
    {
        "eps": st.sampled_from([1e-5, 1e-8, 1e-3, 0.5]),
        "momentum": st.one_of(st.none(), st.sampled_from([0.0, 0.1, 1.0]), st.floats(0, 1)),
        "affine": st.booleans(),
        "track_running_stats": st.booleans(),
    }
)


@settings(deadline=None)
@given(
    arguments=constructors,
    batch=st.integers(2, 8),
    features=st.integers(1, 6),
    scale=st.sampled_from([0.0, 1.0, 1e-3, 1e3, 1e30]),
    offset=st.sampled_from([0.0, 1.0, -1e2]),
    seed=st.integers(0, 2**32),
)
def test_training_and_evaluation_equal_those_of_torch(arguments, batch, features, scale, offset, seed) -> None:
    layer = built(features, seed, **arguments)
    twin = nn.BatchNorm1d(features, **arguments, dtype=torch.float64)
    twin.load_state_dict(layer.state())
    for step in range(STEPS + 1):
        if step == STEPS:
            layer.eval()
            twin.eval()
        x = scale * (offset + drawn(batch, features, seed=seed + 10 + step))
        grad_output = drawn(batch, features, seed=seed + 20 + step)
        tolerances = {"output_atol": 1e-10 * (1 + abs(offset)), "grad_atol": 1e-10 / max(1, scale)}
        assert_same_passes(layer, twin, x, grad_output, **tolerances)
        for name, buffer in twin.named_buffers():
            torch.testing.assert_close(layer.named_buffers()[name].value, buffer, rtol=1e-10, atol=1e-10)


def test_a_batch_of_one_is_accepted_in_evaluation() -> None:
    layer, x = built(4), drawn(9, 4)
    layer.forward(x)
    layer.eval()
    torch.testing.assert_close(layer.forward(x)[:1], layer.forward(x[:1]), rtol=0, atol=1e-14)


@pytest.mark.parametrize("tracks", [True, False])
def test_a_batch_of_one_in_training_is_refused_with_a_fix(tracks) -> None:
    layer = built(4, track_running_stats=tracks)
    before = {name: tensor.clone() for name, tensor in layer.state().items()}
    with pytest.raises(DataError, match="at least 2 samples in a training batch, but got 1: choose a batch size"):
        layer.forward(drawn(1, 4))
    assert all(torch.equal(layer.state()[name], tensor) for name, tensor in before.items())


def test_its_state_equals_that_of_torch() -> None:
    model = sequential("linear:3,batch_norm,relu,batch_norm:affine=false,batch_norm:track-running-stats=false")
    model.build(2)
    twin = nn.Sequential(
        nn.Linear(2, 3),
        nn.BatchNorm1d(3),
        nn.ReLU(),
        nn.BatchNorm1d(3, affine=False),
        nn.BatchNorm1d(3, track_running_stats=False),
    )
    found, expected = model.state(), twin.state_dict()
    assert {name: (tensor.shape, tensor.dtype) for name, tensor in found.items()} == {
        name: (tensor.shape, tensor.dtype) for name, tensor in expected.items()
    }
    assert all(torch.equal(found[name], expected[name]) for name in found if not name.startswith("0."))
    model.forward(torch.randn(5, 2, generator=generator(0)))
    twin.load_state_dict(model.state())
    assert twin[1].num_batches_tracked.item() == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_features": 0}, "num_features must be at least 1, not 0"),
        ({"eps": -1.0}, "eps must be a finite number of at least 0, not -1.0"),
        ({"momentum": 1.5}, "momentum must be from 0 to 1, or None, not 1.5"),
    ],
)
def test_a_setting_out_of_range_is_refused(arguments, message) -> None:
    with pytest.raises(SettingError, match=f"batch_norm: {message}"):
        BatchNorm(**arguments)


def test_another_number_of_features_is_refused() -> None:
    with pytest.raises(ShapeError, match="expects 3 input features: write batch_norm with num_features=4 or drop it"):
        BatchNorm(3).build((4,))
