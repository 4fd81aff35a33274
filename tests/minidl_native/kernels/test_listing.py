"""Listings name each kernel in one line."""

from __future__ import annotations

from minidl_native.kernels.expression import Apply, Constant, Load, Number
from minidl_native.kernels.kernel import Elementwise, Foreign, Fused, Scan, StoreResult
from minidl_native.kernels.listing import listing
from minidl_native.kernels.program import Program, Storage
from minidl_native.kernels.view import View, contiguous


def test_views_have_an_offset_repeated_dimensions_and_unusual_strides() -> None:
    out, row = contiguous(0, (3, 4), "f32"), View(1, 8, (3, 4), (0, 1), "f32")
    value = Apply("add", (Load(row), Load(View(1, 0, (3, 4), (1, 3), "f32"))), "f32")
    assert _text(Elementwise(out, value, "forward")) == "t0[3, 4] = (s1@8[*, 4] + s1[3, 4 | 1, 3])"


def test_fused_kernels_stand_below_each_other() -> None:
    view, state = contiguous(0, (4,), "f32"), contiguous(1, (4,), "f32")
    first = Elementwise(view, Apply("mul", (Load(state), Number(2, "f32")), "f32"), "forward")
    second = Elementwise(
        state, Apply("convert", (Apply("gt", (Load(view), Constant(0.5, "f32")), "b1"),), "f32"), "forward"
    )
    text = _text(Fused((first, second), frozenset({0}), "forward"))
    assert text == "for each element, without storing t0:\n    t0[4] = (s1 * number2)\n    s1[4] = f32((t0 > 0.5))"


def test_other_kernels_are_named() -> None:
    view, other = contiguous(0, (3, 4), "f32"), contiguous(1, (3, 4), "f32")
    foreign = Foreign("aten.sort.default", (other,), (), (other,), (view,), "forward")
    assert _text(foreign) == "t0[3, 4] = aten.sort.default of s1[3, 4]"
    assert _text(Scan(view, other, 1, "forward")) == "t0[3, 4] = cumulative sum of s1[3, 4] along 1"
    assert _text(StoreResult(View(0, 2, (), (), "f32"), 1, ends_run=False, phase="forward")) == "result 1 = t0@2[]"


def _text(kernel: Elementwise | Foreign | Fused | Scan | StoreResult) -> str:
    storages = {0: Storage("f32", 12, "temporary"), 1: Storage("f32", 12, "state")}
    text = listing(Program((kernel,), storages, "f32", 0, 0, 3, 0))
    assert text.startswith("forward:\n  ")
    return text.removeprefix("forward:\n  ").removesuffix("\n")
