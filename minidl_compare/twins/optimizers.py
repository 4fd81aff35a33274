"""The twins of minidl's own optimizers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

OPTIMIZERS: dict[str, Callable[[Any, list[nn.Parameter]], torch.optim.Optimizer]] = {
    "adam": lambda one, parameters: torch.optim.Adam(
        parameters, one.lr, one.betas, one.eps, one.weight_decay, one.amsgrad
    ),
    "adamw": lambda one, parameters: torch.optim.AdamW(
        parameters, one.lr, one.betas, one.eps, one.weight_decay, one.amsgrad
    ),
    "sgd": lambda one, parameters: torch.optim.SGD(
        parameters, one.lr, one.momentum, one.dampening, one.weight_decay, one.nesterov
    ),
}
"""The functions that make twins, by the optimizer's name; each takes the optimizer and the parameters to update."""
