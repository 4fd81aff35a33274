"""Copies: values are computed where they are needed, or read where they are."""

from __future__ import annotations

from minidl_native.kernels.expression import Load
from minidl_native.kernels.kernel import Elementwise, Foreign, Kernel
from minidl_native.kernels.program import Program
from minidl_native.kernels.view import View
from minidl_native.passes.draft import Draft
from minidl_native.passes.remapping import remap
from minidl_native.passes.soundness import is_sound


def remove_copies(program: Program) -> Program:
    """Remove kernels that only copy.

    What makes a temporary value writes it where the copy would be, such as gradients in one vector for all parameters;
    otherwise what reads the copy reads the original.
    """
    draft = Draft(program)
    for position in reversed(range(len(draft))):
        kernel = draft[position]
        if isinstance(kernel, Elementwise) and isinstance(kernel.value, Load):
            source = kernel.value.view
            if source.dtype == kernel.out.dtype and source.storage != kernel.out.storage:
                _ = _write_in_place(draft, position, source, kernel.out) or _read_original(
                    draft, position, source, kernel.out
                )
    return draft.program


def _write_in_place(draft: Draft, position: int, source: View, out: View) -> bool:
    writers, readers = draft.writers(source.storage), draft.readers(source.storage)
    if not draft.is_free(source.storage) or not writers or writers[-1] >= position or not source.is_dense:
        return False
    if readers[0] <= writers[0] or not draft.can_write(out, instead_of=position, at=writers[0]):
        return False
    if draft.is_written(out, position, readers[-1]):
        return False
    users = {*writers, *readers} - {position}
    return _replace(draft, position, users, source, out)


def _read_original(draft: Draft, position: int, source: View, out: View) -> bool:
    readers = draft.readers(out.storage)
    if not draft.is_free(out.storage) or draft.writers(out.storage) != [position] or not out.is_dense:
        return False
    if not readers or readers[0] < position or source.distinct != source:
        return False
    if draft.is_written(source, position, readers[-1]):
        return False
    return _replace(draft, position, set(readers), out, source)


def _replace(draft: Draft, position: int, users: set[int], source: View, target: View) -> bool:
    """Remove a copy, and let the users of one storage use another one; change nothing where one of them can't."""
    changed: dict[int, Kernel | None] = {position: None}
    for user in users:
        kernel = _changed(draft, user, source, target)
        if kernel is None:
            return False
        changed[user] = kernel
    for user, new in changed.items():
        draft.replace(user, new)
    return True


def _changed(draft: Draft, position: int, source: View, target: View) -> Kernel | None:
    kernel, views = draft[position], {}
    for view in (*draft.reads(position), *draft.writes(position)):
        if view.storage == source.storage:
            new = remap(view, source, target)
            if new is None or (isinstance(kernel, Foreign) and new.strides != view.strides):
                return None
            views[view] = new
    if kernel is None:
        return None
    kernel = kernel.map_views(lambda view: views.get(view, view))
    return kernel if is_sound(kernel) else None
