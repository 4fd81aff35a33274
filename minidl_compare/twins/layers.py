"""The twins of minidl's own layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from minidl_core import Shape

LAYERS: dict[str, Callable[[Any, Shape], nn.Module]] = {
    "batch_norm": lambda layer, shape: nn.BatchNorm1d(
        shape[-1], layer.eps, layer.momentum, layer.affine, layer.track_running_stats
    ),
    "dropout": lambda layer, _: nn.Dropout(layer.p),
    "gelu": lambda layer, _: nn.GELU(layer.approximate),
    "layer_norm": lambda layer, shape: nn.LayerNorm(shape, layer.eps, layer.has_weight, layer.has_bias),
    "leaky_relu": lambda layer, _: nn.LeakyReLU(layer.negative_slope),
    "linear": lambda layer, shape: nn.Linear(shape[-1], layer.out_features, layer.has_bias),
    "relu": lambda _layer, _shape: nn.ReLU(),
    "sigmoid": lambda _layer, _shape: nn.Sigmoid(),
    "silu": lambda _layer, _shape: nn.SiLU(),
    "softmax": lambda _layer, _shape: nn.Softmax(dim=-1),
    "tanh": lambda _layer, _shape: nn.Tanh(),
}
"""The functions that make twins, by the layer's name; each takes the layer and the shape of its input samples."""
