"""Dropout equals PyTorch's, with the same random masks."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from minidl_core import SettingError, generator
from minidl_layers.dropout import Dropout

probabilities = st.one_of(st.sampled_from([0.0, 1.0, 0.5, 1e-12]), st.floats(0, 1))
shapes = st.lists(st.integers(1, 40), min_size=2, max_size=3).map(tuple)
Numbers = tuple[Tensor, Tensor, Tensor]

types = st.sampled_from([torch.float32, torch.float64])


def twins(
    p: float, shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float64, *, training: bool = True
) -> tuple[Numbers, Numbers]:
    """Return output, gradient and the generator's state afterwards, of minidl and of PyTorch."""
    layer = Dropout(p).prepare(generator(seed), dtype)
    layer.train() if training else layer.eval()
    x, grad_output = torch.randn(2, *shape, dtype=dtype, generator=generator(1))
    found = layer.forward(x), layer.backward(grad_output), layer.generator.get_state()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        theirs = x.clone().requires_grad_()
        expected = functional.dropout(theirs, p, training)
        expected.backward(grad_output)
        return found, (expected.detach(), theirs.grad, torch.get_rng_state())


@settings(deadline=None)
@given(probabilities, shapes, st.integers(0, 2**32), types, st.booleans())
def test_the_same_seed_gives_the_same_numbers_as_torch(p, shape, seed, dtype, training) -> None:
    found, expected = twins(p, shape, seed, dtype, training=training)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


def test_a_fraction_of_about_p_becomes_0_and_the_rest_is_scaled_up() -> None:
    layer = Dropout(0.2).prepare(generator(0))
    output = layer.forward(torch.ones(100, 100))
    assert sorted(output.unique().tolist()) == [0, 1.25]
    assert (output == 0).float().mean().item() == pytest.approx(0.2, abs=0.02)


def test_each_step_draws_a_new_mask() -> None:
    layer, x = Dropout().prepare(generator(0)), torch.ones(10, 10)
    assert not torch.equal(layer.forward(x), layer.forward(x))


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_a_probability_out_of_range_is_refused(p) -> None:
    with pytest.raises(SettingError, match="dropout: p must be from 0 to 1, not"):
        Dropout(p)
