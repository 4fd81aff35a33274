"""Fusing: elementwise kernels over the same elements share a loop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from minidl_native.kernels.kernel import Elementwise, Fused, Kernel, StoreResult
from minidl_native.kernels.program import Program
from minidl_native.kernels.view import View, contiguous
from minidl_native.passes.remapping import remap

MOST_PARTS = 24
"""The most kernels in a loop."""

MOST_VIEWS = 24
"""The most views that a loop reads or writes: each takes a register for its address."""


def fuse(program: Program) -> Program:
    """Join elementwise kernels over equally many elements in one loop, also over other kernels between them.

    A kernel moves up to an earlier one where nothing between them depends on it. Values that only one loop uses are not
    stored.
    """
    groups = _Groups(program)
    for kernel in program.kernels:
        groups.add(kernel)
    return replace(program, kernels=tuple(groups.kernels()))


@dataclass(slots=True)
class _Group:
    """Kernels that become one."""

    kernels: list[Kernel]
    views: set[View] = field(default_factory=set)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.kernels[0].writes[0].shape

    def accepts(self, kernel: Elementwise) -> bool:
        first = self.kernels[0]
        return (
            isinstance(first, Elementwise)
            and first.out.count == kernel.out.count
            and (first.phase == "update") == (kernel.phase == "update")
            and len(self.kernels) < MOST_PARTS
            and len(self.views.union(kernel.reads, kernel.writes)) <= MOST_VIEWS
        )


class _Groups:
    """The groups so far, with the groups that read and write each storage."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.groups: list[_Group] = []
        self.reads: defaultdict[int, list[tuple[int, View]]] = defaultdict(list)
        self.writes: defaultdict[int, list[tuple[int, View]]] = defaultdict(list)
        self.barrier = -1

    def add(self, kernel: Kernel) -> None:
        """Join a kernel to a group, or start another one."""
        if isinstance(kernel, Elementwise):
            for number in self.candidates(kernel):
                if self.join(number, kernel):
                    return
        self.groups.append(_Group([kernel]))
        self.index(len(self.groups) - 1, kernel)
        if isinstance(kernel, StoreResult) and kernel.ends_run:
            self.barrier = len(self.groups) - 1

    def candidates(self, kernel: Elementwise) -> Iterable[int]:
        """Return the groups that a kernel may join, the best one first: with many views in common, then the latest."""
        views = {*kernel.reads, kernel.out}
        found = [n for n in range(self.floor(kernel), len(self.groups)) if self.groups[n].accepts(kernel)]
        return sorted(found, key=lambda n: (len(views & self.groups[n].views), n), reverse=True)

    def floor(self, kernel: Elementwise) -> int:
        """Return the first group that may come before or with a kernel."""
        floor = self.barrier + 1 if self.program.storages[kernel.out.storage].role == "state" else 0
        for number in self.conflicts(kernel.reads, self.writes):
            floor = max(floor, number)
        for index in (self.reads, self.writes):
            for number in self.conflicts((kernel.out,), index):
                floor = max(floor, number)
        return floor

    @staticmethod
    def conflicts(views: Iterable[View], index: defaultdict[int, list[tuple[int, View]]]) -> Iterator[int]:
        for view in views:
            for number, other in reversed(index[view.storage]):
                if other.overlaps(view):
                    yield number

    def join(self, number: int, kernel: Elementwise) -> bool:
        """Add a kernel to a group, in the shape of either; return False if that is impossible."""
        group = self.groups[number]
        moved = reshaped(kernel, group.shape)
        parts: list[Kernel | None] = list(group.kernels)
        if moved is None:
            moved = kernel
            parts = [reshaped(part, kernel.out.shape) for part in group.kernels if isinstance(part, Elementwise)]
        kept = [part for part in parts if isinstance(part, Elementwise)]
        if len(kept) < len(group.kernels) or not all(_may_share(part, moved) for part in kept):
            return False
        group.kernels[:] = [*kept, moved]
        self.index(number, kernel)
        return True

    def index(self, number: int, kernel: Kernel) -> None:
        group = self.groups[number]
        for views, index in ((kernel.reads, self.reads), (kernel.writes, self.writes)):
            group.views.update(views)
            for view in views:
                index[view.storage].append((number, view))

    def kernels(self) -> Iterator[Kernel]:
        """Yield the joined kernels."""
        for number, group in enumerate(self.groups):
            parts = tuple(kernel for kernel in group.kernels if isinstance(kernel, Elementwise))
            if len(parts) < 2:  # noqa: PLR2004 - a loop of its own
                yield group.kernels[0]
                continue
            unstored = {part.out.storage for part in parts if self.is_inner(part.out.storage, number)}
            yield Fused(parts, frozenset(unstored), parts[0].phase)

    def is_inner(self, storage: int, number: int) -> bool:
        """Whether only one group uses a storage, and only within the step."""
        users = {user for index in (self.reads, self.writes) for user, _ in index[storage]}
        return users == {number} and self.program.storages[storage].role in {"temporary", "gradient"}


def reshaped(kernel: Elementwise, shape: tuple[int, ...]) -> Elementwise | None:
    """Return a kernel over as many elements in another shape, in the same order; None if a view has no such shape."""
    if kernel.out.shape == shape:
        return kernel
    views = {view: _reshaped(view, shape) for view in (*kernel.reads, kernel.out)}
    return None if None in views.values() else kernel.map_views(lambda view: views[view] or view)


def _reshaped(view: View, shape: tuple[int, ...]) -> View | None:
    return remap(contiguous(0, shape, view.dtype), contiguous(0, view.shape, view.dtype), view)


def _may_share(earlier: Elementwise, later: Elementwise) -> bool:
    """Whether two kernels give the same results where both take turns element by element."""
    pairs = [(later.out, view) for view in (*earlier.reads, earlier.out)] + [
        (earlier.out, view) for view in later.reads
    ]
    return all(not one.overlaps(two) or one.matches(two) for one, two in pairs)
