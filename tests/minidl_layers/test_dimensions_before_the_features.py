"""Dimensions before the features are samples, as in PyTorch's module of the same name."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from minidl_core import Module, generator
from minidl_layers.layer_norm import LayerNorm
from minidl_layers.linear import Linear
from minidl_layers.softmax import Softmax
from tests.support.torch_passes import assert_same_passes

FEATURES = 4


def drawn(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=generator(seed))


@pytest.mark.parametrize("samples", [(), (1,), (5,), (2, 3), (2, 1, 3), (0,)])
@pytest.mark.parametrize(
    ("layer", "twin"),
    [
        (Linear(3), nn.Linear(FEATURES, 3)),
        (Linear(3, bias=False), nn.Linear(FEATURES, 3, bias=False)),
        (LayerNorm(), nn.LayerNorm(FEATURES)),
        (Softmax(), nn.Softmax(-1)),
    ],
)
def test_output_and_gradients_equal_those_of_torch(layer: Module, twin: nn.Module, samples: tuple[int, ...]) -> None:
    out_shape = layer.prepare(generator(0), torch.float64).build((FEATURES,))
    twin.double().load_state_dict(layer.state())
    x, grad_output = drawn(*samples, FEATURES, seed=1), drawn(*samples, *out_shape, seed=2)
    assert_same_passes(layer, twin, x, grad_output, output_atol=1e-10, grad_atol=1e-10)
