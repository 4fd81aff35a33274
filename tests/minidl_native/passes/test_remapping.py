"""Remapping finds the same elements in another storage."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from minidl_native.kernels.view import View, contiguous
from minidl_native.passes.remapping import remap


def elements(view: View, memory: torch.Tensor) -> torch.Tensor:
    return memory.as_strided(view.shape, view.strides, view.offset)


def permuted(view: View, order: list[int]) -> View:
    shape = tuple(view.shape[dim] for dim in order)
    return View(view.storage, view.offset, shape, tuple(view.strides[dim] for dim in order), view.dtype)


@st.composite
def _cases(draw: st.DrawFn) -> tuple[View, View, View]:
    """A dense source, a target of its shape in another order, and a view of the source's storage."""
    shape = tuple(draw(st.lists(st.integers(1, 4), max_size=3)))
    inner, outer = (draw(st.permutations(range(len(shape)))) for _ in range(2))
    source = permuted(
        contiguous(0, [shape[dim] for dim in inner], "f32"), [inner.index(dim) for dim in range(len(shape))]
    )
    target = permuted(
        contiguous(1, [shape[dim] for dim in outer], "f32"), [outer.index(dim) for dim in range(len(shape))]
    )
    dims = draw(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 6)), max_size=3))
    view = View(0, draw(st.integers(0, 5)), tuple(size for size, _ in dims), tuple(stride for _, stride in dims), "f32")
    return draw(st.sampled_from((view, source, contiguous(0, (source.count,), "f32")))), source, target


@given(_cases())
def test_the_new_view_has_the_same_elements(case) -> None:
    view, source, target = case
    found = remap(view, source, target)
    if found is not None:
        values = torch.arange(float(source.count))
        copied = torch.zeros(source.count)
        elements(target, copied).copy_(elements(source, values))
        assert torch.equal(elements(found, copied), elements(view, values))


def test_slices_and_transposed_views_follow_a_transposition() -> None:
    source, target = contiguous(0, (3, 4), "f32"), View(1, 5, (3, 4), (1, 3), "f32")
    assert remap(View(0, 1, (2, 3), (1, 4), "f32"), source, target) == View(1, 8, (2, 3), (3, 1), "f32")


def test_flat_views_do_not_follow_a_transposition() -> None:
    source, target = contiguous(0, (3, 4), "f32"), View(1, 0, (3, 4), (1, 3), "f32")
    assert remap(contiguous(0, (12,), "f32"), source, target) is None


def test_views_of_more_than_the_source_have_no_place() -> None:
    source = View(0, 4, (4,), (1,), "f32")
    target = contiguous(1, (4,), "f32")
    assert remap(View(0, 3, (2,), (1,), "f32"), source, target) is None
    assert remap(View(0, 7, (2,), (1,), "f32"), source, target) is None
    assert remap(View(0, 6, (2,), (1,), "f32"), source, target) == View(1, 2, (2,), (1,), "f32")
