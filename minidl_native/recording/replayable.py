"""Recordings that may be replayed, with what is needed to replay them on a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from minidl_core import Run
from minidl_native.kernels.view import View
from minidl_native.recording.changing_numbers import ChangingNumbers
from minidl_native.recording.recording import Recording
from minidl_native.recording.run_copy import TensorLayout
from minidl_native.recording.run_parts import RunParts, RunPlace, storage_key
from minidl_native.recording.run_watch import WatchedRun, watched_run
from minidl_native.recording.snapshot import SHARED, Snapshot, same, snapshot
from minidl_native.recording.unreplayable import Unreplayable


@dataclass(frozen=True, kw_only=True)
class Replayable:
    """A recording that may be replayed on the run that it was recorded for, and on runs of like parts.

    Attributes:
        recording: the operations.
        places: where a run has each storage of the role state, and those of the role constant that are of the run.
        constants: a tensor on each storage of the role constant that operations read and no run has.
        sources: where a run has the generator of each `RandomSource`.
        layouts: the layouts of the run's tensors on these storages, with the number of the storage.
        before: what the parts of the run held.
        after: what they held after the recorded steps.
        ignored: the places of what the steps themselves set, which later steps do not read.
    """

    recording: Recording
    places: dict[int, RunPlace]
    constants: dict[int, Tensor]
    sources: tuple[RunPlace, ...]
    layouts: dict[RunPlace, tuple[int, TensorLayout]]
    before: Snapshot
    after: Snapshot
    ignored: frozenset[RunPlace]
    _bound: WeakKeyDictionary[Run, tuple[WatchedRun, dict[int, Tensor]]] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False, compare=False
    )
    _unchanged: WeakKeyDictionary[Run, WatchedRun] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False, compare=False
    )

    def bind(self, run: Run) -> dict[int, Tensor]:
        """Return a tensor on each storage of the roles state and constant, by number, for pointers to the storages.

        The inputs and targets are left out.

        Raises:
            Unreplayable: a tensor of the run has another layout than when it was recorded, or is missing.
        """
        watched, (known, found) = watched_run(run), self._bound.get(run, (None, {}))
        if watched is not known:
            found = self._bind(watched.tensors)
            self._bound[run] = watched, found
        return dict(found)

    def _bind(self, tensors: dict[RunPlace, Tensor]) -> dict[int, Tensor]:
        found = dict(self.constants)
        for number, place in self.places.items():
            if place not in tensors:
                raise Unreplayable(f"has no tensor `{place.path}` any more", part=self._owner(place))
            found[number] = tensors[place]
        keys = {number: storage_key(tensor) for number, tensor in found.items()}
        for place, (number, layout) in self.layouts.items():
            tensor = tensors.get(place)
            if place in self.ignored or (tensor is None and place != self.places[number]):
                continue
            if tensor is None or storage_key(tensor) != keys[number] or TensorLayout.of(tensor) != layout:
                raise Unreplayable(
                    f"has another tensor `{place.path}` than when it was recorded", part=self._owner(place)
                )
        if len(set(keys.values())) < len(keys):
            raise Unreplayable("shares memory between tensors that had their own when it was recorded")
        return found

    def generators(self, run: Run) -> list[torch.Generator]:
        """Return the generator of each `RandomSource` of a run.

        Raises:
            Unreplayable: a part of the run has no generator any more.
        """
        found = watched_run(run).generators
        for place in self.sources:
            if place not in found:
                raise Unreplayable(f"has no generator `{place.path}` any more", part=self._owner(place))
        return [found[place] for place in self.sources]

    def changes(self, run: Run) -> list[str]:
        """Return what the parts of a run hold otherwise than the recorded run did, in words; the run needs a recording.

        The numbers of the optimizer are left out: they are read again for each step.
        """
        watched = watched_run(run)
        if self._unchanged.get(run) is watched:
            return []
        now = snapshot(RunParts.of(run))
        found = []
        for place, change in self.before.changes(now).items():
            is_number = place in now.optimizer and isinstance(now.values.get(place), (int, float))
            is_own = self._is_own(place, now)
            if not is_own and (not is_number or isinstance(now.values[place], bool)):
                found.append(f"{self._owner(place)} {change}")
        if not found:
            self._unchanged[run] = watched
        return found

    def _is_own(self, place: RunPlace, now: Snapshot) -> bool:
        """Whether steps set what a place holds now, rather than a hook: plain values must be as after a step."""
        if place not in self.ignored:
            return self._is_inside_ignored(place)
        value = now.values.get(place)
        is_plain = place not in now.optimizer and type(value) in {bool, int, float, str}
        return not is_plain or same(value, self.after.values.get(place))

    def _is_inside_ignored(self, place: RunPlace) -> bool:
        return any(own.owner == place.owner and place.path.startswith(f"{own.path}[") for own in self.ignored)

    def _owner(self, place: RunPlace) -> str:
        return "" if place.owner == SHARED else self.before.owners.get(place.owner, "")


@dataclass(frozen=True, kw_only=True)
class ReplayableStep(Replayable):
    """A training step that may be replayed.

    Attributes:
        gradients: the gradient of each parameter of the network after the step, in order; None if it sets none.
        numbers: computes the numbers of the optimizer's operations.
    """

    gradients: tuple[View | None, ...]
    numbers: ChangingNumbers


@dataclass(frozen=True, kw_only=True)
class ReplayableEvaluation(Replayable):
    """An evaluation that may be replayed.

    Attributes:
        metrics: the names of the metrics whose values follow the loss in the results.
        left_out: why each of the other metrics must be computed in Python, by name.
    """

    metrics: tuple[str, ...]
    left_out: dict[str, Unreplayable]


@dataclass(frozen=True)
class FirstStepInPython:
    """The first step of a run differs from later ones: it is taken in Python, and the step is recorded after it.

    Attributes:
        reason: how it differs.
    """

    reason: str
