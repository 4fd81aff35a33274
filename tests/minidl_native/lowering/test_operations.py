"""Each operation: its kernels compute what PyTorch computes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from minidl_native.kernels.kernel import Foreign, Kernel, Product, Reduction
from minidl_native.lowering.copies import COPIES
from minidl_native.lowering.elementwise import FORMULAS
from minidl_native.lowering.products import PRODUCTS
from minidl_native.lowering.reductions import REDUCTIONS
from tests.support.operation_cases import (
    ELEMENTWISE,
    FOREIGN,
    IN_PLACE,
    PRODUCTS_AND_COPIES,
    REDUCED,
    run_case,
    split_cases,
    tensors_of,
)
from tests.support.operation_recorder import OperationRecorder, lowered

NATIVE = split_cases(ELEMENTWISE + IN_PLACE + REDUCED + PRODUCTS_AND_COPIES)

WITHOUT_KERNEL = {
    "torch.hypot(u, p)",
    "torch.fmax(u, p)",
    "F.glu(u)",
    "x.copy_(x.flip(0) * 1)",
    "torch.addbmm(s, h, k)",
}
"""Cases of which a part is foreign."""

TOLERANCE = {torch.float32: 3e-6, torch.float64: 1e-12}


def assert_same(computed: Tensor, expected: Tensor, tolerance: float) -> None:
    assert computed.shape == expected.shape
    torch.testing.assert_close(computed, expected, rtol=tolerance, atol=tolerance / 4, equal_nan=True)


def assert_rules(kernel: Kernel) -> None:
    """Check that views that overlap what a kernel writes, as far as ranges show, are the same."""
    whole = (
        [kernel.addend] if isinstance(kernel, Product) else kernel.reads if not isinstance(kernel, Reduction) else []
    )
    for out in kernel.writes:
        for view in kernel.reads:
            same = view in whole and view == out
            assert same or isinstance(kernel, Foreign) or not view.overlaps(out), kernel


def assert_computes(case: str, dtype: torch.dtype, *, strided: bool, native: bool) -> None:
    tensors, own = tensors_of(dtype, strided=strided), tensors_of(dtype, strided=strided)
    expected = run_case(case, tensors)
    program, results, after = lowered(
        lambda *values: run_case(case, dict(zip(own, values, strict=True))), *own.values()
    )
    for computed, one in zip(results, expected, strict=True):
        assert_same(computed, one, TOLERANCE[dtype])
    for computed, one in zip(after, tensors.values(), strict=True):
        assert_same(computed, one, TOLERANCE[dtype])
    for kernel in program.kernels:
        assert_rules(kernel)
    assert native == (not any(isinstance(kernel, Foreign) for kernel in program.kernels)), program.kernels


@pytest.mark.parametrize(("dtype", "strided"), [(torch.float32, False), (torch.float64, True)])
@pytest.mark.parametrize("case", NATIVE)
def test_kernels_compute_what_pytorch_computes(case, dtype, strided) -> None:
    assert_computes(case, dtype, strided=strided, native=case not in WITHOUT_KERNEL)


@pytest.mark.parametrize("strided", [False, True])
@pytest.mark.parametrize("case", split_cases(FOREIGN))
def test_other_operations_are_run_by_pytorch(case, strided) -> None:
    assert_computes(case, torch.float64, strided=strided, native=False)


def test_each_line_of_the_tables_is_tested() -> None:
    recorder, recorded = OperationRecorder(), set()
    for case in NATIVE:
        tensors = tensors_of(torch.float64, strided=False)
        with torch.no_grad(), recorder:
            run_case(case, tensors)
    for operation in recorder.operations:
        _, base, overload = operation.name.split(".")
        base = base.removeprefix("_foreach_").removesuffix("_")
        recorded |= {base, f"{base}.{overload}"}
    assert {*FORMULAS, *REDUCTIONS, *PRODUCTS, *COPIES} - recorded == set()
