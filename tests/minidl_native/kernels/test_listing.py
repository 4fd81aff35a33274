"""Listings name each kernel in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from minidl_native.kernels.expression import Apply, Constant, Load, Number
from minidl_native.kernels.kernel import Elementwise, Foreign, Fused, Scan, StoreResult
from minidl_native.kernels.listing import NamedRange, listing
from minidl_native.kernels.program import Program, Storage
from minidl_native.kernels.view import View, contiguous


def test_views_have_an_offset_repeated_dimensions_and_unusual_strides() -> None:
    out, row = contiguous(0, (3, 4), "f32"), View(1, 8, (3, 4), (0, 1), "f32")
    value = Apply("add", (Load(row), Load(View(1, 0, (3, 4), (1, 2), "f32"))), "f32")
    assert _text(Elementwise(out, value, "forward")) == "t0[3, 4] = (s1@8[*, 4] + s1[3, 4 | 1, 2])"


def test_transposed_matrices_are_named_as_in_pytorch() -> None:
    transposed = Load(View(1, 2, (2, 4), (1, 2), "f32"))
    assert _text(Elementwise(contiguous(0, (2, 4), "f32"), transposed, "forward")) == "t0[2, 4] = s1@2.mT[2, 4]"


def test_names_replace_the_numbers_of_storages() -> None:
    names = {0: [NamedRange("y", 0, 12)], 1: [NamedRange("all", 0, 12), NamedRange("b", 4, 8), NamedRange("c", 8, 12)]}
    out = contiguous(0, (4,), "f32")

    def text(offset: int, size: int = 4) -> str:
        source = View(1, offset, (size,), (1,), "f32")
        return _text(Elementwise(replace(out, shape=(size,)), Load(source), "forward"), names)

    assert [text(4), text(8), text(5, 2)] == ["y[4] = b", "y[4] = c", "y[2] = b@1"]
    assert [text(0), text(3), text(6)] == ["y[4] = all", "y[4] = all@3", "y[4] = all@6"]
    fused = Fused((Elementwise(out, Load(out), "forward"),), frozenset({0}), "forward")
    assert _text(fused, names).startswith("for each element, without storing y:")


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


def _text(
    kernel: Elementwise | Foreign | Fused | Scan | StoreResult, names: Mapping[int, Sequence[NamedRange]] | None = None
) -> str:
    storages = {0: Storage("f32", 12, "temporary"), 1: Storage("f32", 12, "state")}
    text = listing(Program((kernel,), storages, "f32", 0, 0, 3, 0), names)
    assert text.startswith("forward:\n  ")
    return text.removeprefix("forward:\n  ").removesuffix("\n")
