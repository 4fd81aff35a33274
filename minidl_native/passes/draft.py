"""Drafts: programs while a pass changes them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from minidl_native.kernels.kernel import Foreign, Kernel, StoreResult
from minidl_native.kernels.program import Program
from minidl_native.kernels.view import View


@dataclass(frozen=True, slots=True)
class Uses:
    """Where the values that a kernel writes are needed.

    Attributes:
        readers: the positions of the kernels that read some of them.
        counts: whether they count after the step.
    """

    readers: tuple[int, ...]
    counts: bool


class Draft:
    """The kernels of a program at fixed positions, with indices of the readers and writers of each storage.

    A pass replaces or removes kernels; positions stay as they are.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._kernels: list[Kernel | None] = []
        self._reads: list[tuple[View, ...]] = []
        self._writes: list[tuple[View, ...]] = []
        self._readers: defaultdict[int, list[int]] = defaultdict(list)
        self._writers: defaultdict[int, list[int]] = defaultdict(list)
        self._barriers = [
            position
            for position, kernel in enumerate(program.kernels)
            if isinstance(kernel, StoreResult) and kernel.ends_run
        ]
        self.changed = False
        for kernel in program.kernels:
            self._kernels.append(None)
            self._reads.append(())
            self._writes.append(())
            self._put(len(self._kernels) - 1, kernel)

    @property
    def program(self) -> Program:
        """The program with all changes; temporary storages and gradients that no kernel uses are left out."""
        if not self.changed:
            return self._program
        kernels = tuple(kernel for _, kernel in self)
        storages = {
            number: storage
            for number, storage in self._program.storages.items()
            if storage.role not in {"temporary", "gradient"} or self._readers[number] or self._writers[number]
        }
        return replace(self._program, kernels=kernels, storages=storages)

    def __iter__(self) -> Iterator[tuple[int, Kernel]]:
        for position, kernel in enumerate(self._kernels):
            if kernel is not None:
                yield position, kernel

    def __len__(self) -> int:
        return len(self._kernels)

    def __getitem__(self, position: int) -> Kernel | None:
        return self._kernels[position]

    def replace(self, position: int, kernel: Kernel | None) -> None:
        """Put another kernel at a position, or none."""
        self._put(position, kernel)
        self.changed = True

    def reads(self, position: int) -> tuple[View, ...]:
        """Return the views that the kernel at a position reads."""
        return self._reads[position]

    def writes(self, position: int) -> tuple[View, ...]:
        """Return the views that the kernel at a position writes."""
        return self._writes[position]

    def readers(self, storage: int) -> list[int]:
        """Return the positions of the kernels that read a storage, ascending."""
        return self._readers[storage]

    def writers(self, storage: int) -> list[int]:
        """Return the positions of the kernels that write to a storage, ascending."""
        return self._writers[storage]

    def is_state(self, storage: int) -> bool:
        """Whether the contents of a storage count after the step."""
        return self._program.storages[storage].role == "state"

    def is_free(self, storage: int) -> bool:
        """Whether the contents of a storage count only within the step."""
        return self._program.storages[storage].role in {"temporary", "gradient"}

    def is_read(self, view: View, after: int, before: int) -> bool:
        """Whether a kernel between two positions reads elements of a view."""
        return self._any_overlap(view, _between(self._readers[view.storage], after, before), self._reads)

    def is_written(self, view: View, after: int, before: int) -> bool:
        """Whether a kernel between two positions writes elements of a view."""
        return self._any_overlap(view, _between(self._writers[view.storage], after, before), self._writes)

    def is_ended(self, view: View, after: int, before: int) -> bool:
        """Whether a write to a view must not move from one position to another: the run may end between them."""
        return self.is_state(view.storage) and bool(_between(self._barriers, after, before))

    def can_write(self, view: View, instead_of: int, at: int) -> bool:
        """Whether a view that is written at one position can be written at another one, as far as the rest allows."""
        after, before = min(instead_of, at), max(instead_of, at)
        return not (
            self.is_read(view, after, before)
            or self.is_written(view, after, before)
            or self.is_ended(view, after, before)
        )

    def uses(self, position: int) -> Uses | None:
        """Return where the values that a kernel writes are needed; None if others overwrite some of them only."""
        (out,) = self._writes[position]
        end, counts = len(self), self.is_state(out.storage)
        for later in _between(self._writers[out.storage], position, end):
            written = [view for view in self._writes[later] if view.overlaps(out)]
            if not written:
                continue
            if len(written) > 1 or isinstance(self[later], Foreign) or not _covers(written[0], out):
                return None
            end, counts = later + 1, self.is_ended(out, position, later)
            break
        readers = tuple(
            reader
            for reader in _between(self._readers[out.storage], position, end)
            if any(view.overlaps(out) for view in self._reads[reader])
        )
        return Uses(readers, counts)

    def _put(self, position: int, kernel: Kernel | None) -> None:
        self._kernels[position] = kernel
        for index, views, new in (
            (self._readers, self._reads, () if kernel is None else kernel.reads),
            (self._writers, self._writes, () if kernel is None else kernel.writes),
        ):
            for storage in {view.storage for view in views[position]}:
                index[storage].remove(position)
            views[position] = new
            for storage in {view.storage for view in new}:
                insort(index[storage], position)

    @staticmethod
    def _any_overlap(view: View, positions: list[int], views: list[tuple[View, ...]]) -> bool:
        return any(other.overlaps(view) for position in positions for other in views[position])


def _between(positions: list[int], after: int, before: int) -> list[int]:
    return positions[bisect_right(positions, after) : bisect_left(positions, before)]


def _covers(view: View, other: View) -> bool:
    view, other = view.distinct, other.distinct
    return view.matches(other) or (view.is_dense and view.offset <= other.offset and other.end <= view.end)
