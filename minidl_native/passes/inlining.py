"""Inlining: values are computed where they are used instead of being stored."""

from __future__ import annotations

from minidl_native.kernels.expression import Apply, Expression, Load, loads, map_loads
from minidl_native.kernels.kernel import Elementwise, Reduction
from minidl_native.kernels.program import Program
from minidl_native.kernels.view import View
from minidl_native.passes.draft import Draft
from minidl_native.passes.remapping import remap
from minidl_native.passes.soundness import is_sound

LARGEST = 48
"""The most functions in an expression: larger ones keep too many values in registers and take long to compile."""

COSTS = {"div": 5, "sqrt": 5, "pow": 40} | dict.fromkeys(
    ("exp", "expm1", "log", "log1p", "tanh", "sigmoid", "erf", "sin", "cos"), 20
)
"""How long functions take, in times of an addition."""


def inline(program: Program) -> Program:
    """Compute elementwise values in the elementwise kernels and reductions that read them, where that is cheaper."""
    draft = Draft(program)
    for position, kernel in list(draft):
        current = draft[position]
        if isinstance(kernel, Elementwise) and isinstance(current, Elementwise):
            _inline(draft, position, current)
    return draft.program


def _inline(draft: Draft, position: int, kernel: Elementwise) -> None:
    uses = draft.uses(position)
    if kernel.value.dtype != kernel.out.dtype or uses is None or uses.counts or not uses.readers:
        return
    if not _pays(draft, kernel, uses.readers):
        return
    if any(draft.is_written(view, position, uses.readers[-1]) for view in kernel.reads):
        return
    changed = {}
    for reader in uses.readers:
        new = _inlined(draft, reader, kernel)
        if new is None:
            return
        changed[reader] = new
    draft.replace(position, None)
    for reader, new in changed.items():
        draft.replace(reader, new)


def _pays(draft: Draft, kernel: Elementwise, readers: tuple[int, ...]) -> bool:
    """Whether computing a value for each of its readers takes no longer than storing it once."""
    cost, count = _cost(kernel.value), kernel.out.count
    once, often = count * (cost + len(set(kernel.reads)) + 2), 0
    for reader in readers:
        user = draft[reader]
        if not isinstance(user, Elementwise | Reduction):
            return False
        often += user.out.count * (cost + len(set(kernel.reads) - set(draft.reads(reader))) - 1)
    return often <= once or (len(readers) == 1 and draft.writes(readers[0])[0].count == count)


def _inlined(draft: Draft, reader: int, kernel: Elementwise) -> Elementwise | Reduction | None:
    """Return a reader that computes what another kernel wrote; None if it can't."""
    user = draft[reader]
    if not isinstance(user, Elementwise | Reduction):
        return None
    values = {view: _at(kernel, view) for view in set(loads(user.value)) if view.overlaps(kernel.out)}
    if None in values.values() or not values:
        return None
    value = map_loads(user.value, lambda load: values.get(load.view) or load)
    if _size(value) > LARGEST:
        return None
    new = (
        Elementwise(user.out, value, user.phase)
        if isinstance(user, Elementwise)
        else Reduction(user.out, value, user.dims, user.operation, user.scale, user.accumulate, user.phase)
    )
    return new if is_sound(new) else None


def _at(kernel: Elementwise, view: View) -> Expression | None:
    """Return what a kernel computes for the elements of a view of its results; None if there is no such expression."""
    if view.matches(kernel.out):
        return kernel.value
    views = {}
    for read in {*kernel.reads, kernel.out}:
        moved = remap(view, kernel.out, read)
        if moved is None:
            return None
        views[read] = Load(moved)
    return map_loads(kernel.value, lambda load: views[load.view])


def _cost(value: Expression) -> int:
    if not isinstance(value, Apply):
        return 0
    return COSTS.get(value.function, 1) + sum(map(_cost, value.arguments))


def _size(value: Expression) -> int:
    return 1 + sum(map(_size, value.arguments)) if isinstance(value, Apply) else 0
