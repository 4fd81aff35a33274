"""Random chains of PyTorch's operations on a few tensors: views, updates in place, copies, operations without kernels."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import torch
from torch import Tensor

MOST_ELEMENTS = 400

PURE: tuple[Callable[[Tensor, Tensor], Tensor], ...] = (
    lambda x, _: x + 1,
    lambda x, y: x * y,
    lambda x, _: x.tanh(),
    lambda x, _: x.transpose(-2, -1),
    lambda x, _: x[..., 1:],
    lambda x, _: x[1:],
    lambda x, _: x.sum(0),
    lambda x, _: x.mean(-1, keepdim=True),
    lambda x, _: (x @ x.transpose(-2, -1)) * 0.3,
    lambda x, _: torch.cat([x, x * 2], -1),
    lambda x, y: torch.cat([x, y], 0),
    lambda x, _: x.reshape(-1),
    lambda x, _: x.sort(-1)[0],
    lambda x, _: x.cumsum(-1) * 0.2,
    lambda x, _: x.flip(-1),
    lambda x, _: torch.where(x > 0, x, x * 0.1),
    lambda x, _: x.clone(),
    lambda x, _: x / (x.abs().amax(-1, keepdim=True) + 1),
    lambda x, _: x.softmax(-1),
)
"""Operations that make a tensor."""

IN_PLACE: tuple[Callable[[Tensor, Tensor], Tensor], ...] = (
    lambda x, _: x.mul_(0.5),
    lambda x, y: x.add_(y, alpha=0.25),
    lambda x, y: x.copy_(y),
    lambda x, _: x[..., :1].fill_(0.5),
)
"""Operations that change a tensor."""


def first_tensors(random: Random) -> list[Tensor]:
    """Return a matrix, a vector, a square matrix, a vector of results, and a view of the vector."""
    source = torch.Generator().manual_seed(random.randrange(1000))
    rows, columns = random.randint(1, 4), random.randint(2, 4)
    matrix, vector, square = (
        torch.randn(shape, generator=source, dtype=torch.float64)
        for shape in ((rows, columns), (rows * columns,), (columns, columns))
    )
    return [matrix, vector, square, torch.zeros(4, dtype=torch.float64), vector.view(rows, columns)]


def run_chain(random: Random, tensors: list[Tensor]) -> None:
    """Apply random operations to tensors and to their results; update the first ones, and sum up the last in the fourth."""
    matrix, vector, square, results, _ = tensors
    known = list(tensors)
    for _ in range(random.randint(3, 14)):
        x, y = (random.choice(known[-6:] if random.random() < 0.7 else known) for _ in range(2))
        operations = PURE if random.random() < 0.8 else IN_PLACE
        try:
            found = random.choice(operations)(x, y)
        except (RuntimeError, IndexError):  # it does not fit the shapes
            continue
        if operations is PURE and 0 < found.numel() < MOST_ELEMENTS:
            known.append(found)
    for tensor in (matrix, vector, square):
        other = random.choice(known[-6:])
        tensor.sub_(0.1 * (other if other.shape == tensor.shape else other.sum().tanh()))
    results.copy_(torch.stack([one.sum().tanh() for one in known[-4:]]))
