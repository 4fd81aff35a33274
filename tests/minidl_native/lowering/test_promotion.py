"""The common type of operands is PyTorch's."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from minidl_native.kernels.view import contiguous
from minidl_native.lowering.promotion import promoted
from tests.support.kernel_interpreter import DTYPES

SHAPES = st.sampled_from([(), (2,), (1, 2)])
TENSORS = st.builds(lambda name, shape: torch.zeros(shape, dtype=DTYPES[name]), st.sampled_from(sorted(DTYPES)), SHAPES)
NUMBERS = st.sampled_from([True, 2, 2.5])


@given(TENSORS, st.one_of(TENSORS, NUMBERS))
def test_two_operands_have_the_type_of_pytorch(first, second) -> None:
    names = {dtype: name for name, dtype in DTYPES.items()}
    operands = [
        contiguous(0, one.shape, names[one.dtype]) if isinstance(one, torch.Tensor) else one for one in (first, second)
    ]
    expected = names[torch.result_type(first, second)]
    assert promoted(operands, "f32") == promoted(reversed(operands), "f32") == expected


def test_arguments_that_are_no_numbers_have_no_type() -> None:
    assert promoted([None, "none", (1, 2)], "f32") is None
