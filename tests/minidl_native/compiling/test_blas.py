"""The BLAS that PyTorch uses is found in its library, or not used."""

from __future__ import annotations

import pytest

from minidl_native.compiling import blas


def test_both_products_are_found_in_the_library() -> None:
    assert blas.gemm_address("f32") != 0
    assert blas.gemm_address("f64") not in {0, blas.gemm_address("f32")}


def test_without_the_library_there_is_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(blas.LIBRARIES, "linux", "missing.so")
    assert blas.gemm_address.__wrapped__("f32") == 0
