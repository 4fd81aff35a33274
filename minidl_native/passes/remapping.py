"""The same elements in another storage: how kernels read what was copied, reshaped or computed elsewhere."""

from __future__ import annotations

from minidl_native.kernels.view import View


def remap(view: View, source: View, target: View) -> View | None:
    """Return the view of the elements of `target` at the indices at which `view` has elements of `source`.

    Args:
        view: some elements of the storage of `source`, in any order, with repetitions or not.
        source: each element once and without gaps.
        target: as many elements, in the shape of `source`.

    Returns:
        The view of the storage of `target`; None if there is none.
    """
    if view.storage != source.storage or view.dtype != source.dtype or not view.count:
        return None
    if view.matches(source):
        return target
    if not source.is_dense:
        return None
    if source.strides == target.strides and target.is_dense:
        if view.offset < source.offset or view.end > source.end:
            return None
        return View(target.storage, view.offset - source.offset + target.offset, view.shape, view.strides, target.dtype)
    return _by_dimension(view, source, target)


def _by_dimension(view: View, source: View, target: View) -> View | None:
    dims = _merged(source, target)
    rest, offset, reach = view.offset - source.offset, target.offset, []
    for _, stride, other in dims:
        index, rest = divmod(rest, stride)
        reach.append(index)
        offset += index * other
    if rest or view.offset < source.offset:
        return None
    strides = []
    for size, stride in zip(view.shape, view.strides, strict=True):
        if size == 1 or not stride:
            strides.append(min(stride, 1))
            continue
        dim = next((n for n, (_, step, _) in enumerate(dims) if not stride % step), None)
        if dim is None:
            return None
        factor = stride // dims[dim][1]
        reach[dim] += (size - 1) * factor
        strides.append(factor * dims[dim][2])
    if any(last >= size for last, (size, _, _) in zip(reach, dims, strict=True)):
        return None
    return View(target.storage, offset, view.shape, tuple(strides), target.dtype)


def _merged(source: View, target: View) -> list[tuple[int, int, int]]:
    """Return size, stride in the source and stride in the target of each dimension, those that are one merged."""
    dims: list[tuple[int, int, int]] = []
    sizes = sorted(
        (dim for dim in zip(source.shape, source.strides, target.strides, strict=True) if dim[0] > 1),
        key=lambda dim: -dim[1],
    )
    for size, stride, other in sizes:
        if dims and dims[-1][1:] == (stride * size, other * size):
            dims[-1] = (dims[-1][0] * size, stride, other)
        else:
            dims.append((size, stride, other))
    return dims
