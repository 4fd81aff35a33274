"""The table of operations that put tensors side by side, repeat, pad or sum them cumulatively."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

from minidl_native.kernels.view import View
from minidl_native.lowering.kernel_writer import KernelWriter
from minidl_native.lowering.term import NoKernelError, Operand, term_of


def narrow(view: View, dim: int, start: int, size: int) -> View:
    """Return the part of a view from an index on along a dimension."""
    shape = (*view.shape[:dim], size, *view.shape[dim + 1 :])
    return replace(view, shape=shape, offset=view.offset + start * view.strides[dim])


def _cat(writer: KernelWriter, out: View, parts: tuple[View, ...], dim: int = 0) -> None:
    kept = [part for part in parts if part.shape != (0,)]  # PyTorch skips these whatever the other shapes are
    kept = [writer.keep(term_of(part)) if part.overlaps(out) else part for part in kept]
    dim, start = dim % max(1, len(out.shape)), 0
    for part in kept:
        writer.store(narrow(out, dim, start, part.shape[dim]), term_of(part))
        start += part.shape[dim]


def _stack(writer: KernelWriter, out: View, parts: tuple[View, ...], dim: int = 0) -> None:
    dim %= len(out.shape)
    unsqueezed = (
        replace(
            part,
            shape=(*part.shape[:dim], 1, *part.shape[dim:]),
            strides=(*part.strides[:dim], 0, *part.strides[dim:]),
        )
        for part in parts
    )
    _cat(writer, out, tuple(unsqueezed), dim)


def _repeat(writer: KernelWriter, out: View, x: View, repeats: tuple[int, ...]) -> None:
    padding = len(repeats) - len(x.shape)
    shape, strides = (1,) * padding + x.shape, (0,) * padding + x.strides
    over, source = [], []
    for size, stride, times, out_stride in zip(shape, strides, repeats, out.strides, strict=True):
        over += [(times, size * out_stride), (size, out_stride)]
        source += [(times, 0), (size, stride)]
    whole = (tuple(size for size, _ in over), tuple(stride for _, stride in over))
    target = replace(out, shape=whole[0], strides=whole[1])
    writer.store(target, term_of(replace(x, shape=whole[0], strides=tuple(stride for _, stride in source))))


def _pad(writer: KernelWriter, out: View, x: View, padding: tuple[int, ...], value: Operand = 0) -> None:
    if min(padding, default=0) < 0:
        raise NoKernelError("negative padding")
    inner = out
    for dim, (before, _) in zip(reversed(range(len(x.shape))), _pairs(padding), strict=False):
        inner = narrow(inner, dim, before, x.shape[dim])
    writer.store(out, value)
    writer.store(inner, term_of(x))


def _pairs(numbers: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    yield from list(pairwise(numbers))[::2]


def _roll(writer: KernelWriter, out: View, x: View, shifts: tuple[int, ...], dims: tuple[int, ...] = ()) -> None:
    if len(shifts) != 1 or len(dims) != 1 or not x.count:
        raise NoKernelError("shifts along several dimensions")
    dim = dims[0] % len(x.shape)
    size = x.shape[dim]
    shift = shifts[0] % size
    writer.store(narrow(out, dim, shift, size - shift), term_of(narrow(x, dim, 0, size - shift)))
    writer.store(narrow(out, dim, 0, shift), term_of(narrow(x, dim, size - shift, shift)))


def _eye(writer: KernelWriter, out: View, *_: int) -> None:
    writer.store(out, 0)
    size = min(out.shape)
    writer.store(replace(out, shape=(size,), strides=(sum(out.strides),)), 1)


def _cumsum(writer: KernelWriter, out: View, x: View, dim: int) -> None:
    source = term_of(x).to(out.dtype)
    if not x.shape:
        writer.store(out, source)
    else:
        writer.scan(out, source, dim % len(x.shape))


COPIES: dict[str, Callable[..., None]] = {
    "cat": _cat,
    "stack": _stack,
    "repeat": _repeat,
    "constant_pad_nd": _pad,
    "roll": _roll,
    "eye": _eye,
    "cumsum": _cumsum,
}
"""Functions by name; they take a writer of kernels, the view of the result, and PyTorch's arguments."""
