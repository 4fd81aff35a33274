"""Copies of a run's parts, to record steps on without touching the run."""

from __future__ import annotations

import copy
import dis
import types
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from minidl_core import Run
from minidl_core.errors import describe_exception
from minidl_native.recording.attribute_walk import Held
from minidl_native.recording.run_parts import RunParts, RunPlace, generators_of, name_of, storage_key, tensors_of
from minidl_native.recording.unreplayable import Unreplayable

LARGE = 2**26
"""Bytes of a run's tensors from which a copy holds no values, because two of them take too much memory."""

SMALL = 2**20
"""Bytes of a tensor that is copied with its values all the same."""


class TensorLayout(NamedTuple):
    """The layout of a tensor in its storage.

    Attributes:
        dtype: the type of its elements.
        shape: the size of each dimension.
        strides: the distance between neighbors along each dimension.
        offset: the index of the first element.
        size: the number of bytes of the storage.
    """

    dtype: torch.dtype
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int
    size: int

    @classmethod
    def of(cls, tensor: Tensor) -> TensorLayout:
        """Return the layout of a tensor."""
        size = tensor.untyped_storage().nbytes()
        return cls(tensor.dtype, tuple(tensor.shape), tuple(tensor.stride()), int(tensor.storage_offset()), size)


@dataclass(frozen=True)
class RunCopy:
    """A copy of the parts of a run.

    Attributes:
        parts: the copies of the parts; tensors that share memory in the run share it in the copy.
        places: where the run has the storage that a storage of the copy is a copy of, by its key.
        gradients: the keys of the copy's storages that hold only gradients.
        data: the keys of storages that the copy shares with the run, because they are only read.
        sources: where the run has the generator that a generator of the copy is a clone of, by its `id`.
        owners: the number of each part of the copy in places, by its `id`.
        layouts: the layout of each tensor of the run.
        storages: the storages of the copy, so that no other takes the key of one that is freed.
        is_hollow: True if the memory of the copy was never written, to take none.
    """

    parts: RunParts
    places: dict[int, RunPlace]
    gradients: set[int]
    data: set[int]
    sources: dict[int, RunPlace]
    owners: dict[int, int]
    layouts: dict[RunPlace, TensorLayout]
    storages: list[torch.UntypedStorage]
    is_hollow: bool


def copy_run(run: Run, *, hollow: bool | None = None) -> RunCopy:
    """Return a copy of a run's parts.

    Args:
        run: the run; nothing of it is changed.
        hollow: True for a copy whose tensors hold no values and take no memory; None decides by their size.

    Raises:
        Unreplayable: a part cannot be copied, or would share a state with its copy.
    """
    parts = RunParts.of(run)
    held, names = parts.held(), parts.names()
    _require_own_state(held, names)
    tensors, data = tensors_of(held), [*run.data.train, *run.data.test, *(run.data.target_scale or ())]
    shared = {storage_key(tensor): tensor.untyped_storage() for tensor in data}
    sizes = {storage_key(tensor): tensor.untyped_storage().nbytes() for tensor in tensors.values()}
    if hollow is None:
        hollow = sum(size for key, size in sizes.items() if key not in shared) >= LARGE
    gradients = parts.gradients()
    storages = dict(shared)
    for tensor in tensors.values():
        if (key := storage_key(tensor)) not in storages:
            storages[key] = _storage_copy(tensor, filled=key not in gradients and (not hollow or sizes[key] < SMALL))
    generators = {place: (source, source.clone_state()) for place, source in generators_of(held).items()}
    memo: dict[Any, Any] = {id(source): clone for source, clone in generators.values()}
    memo["torch"] = dict(storages)
    copied = _deep_copy(parts, memo)
    held_by_copy = copied.held()
    _require_separate(held, held_by_copy, set(storages) - set(shared), names)
    keys = {key: int(storage._cdata) for key, storage in storages.items()}  # noqa: SLF001
    return RunCopy(
        parts=copied,
        places={keys[storage_key(tensor)]: place for place, tensor in reversed(tensors.items())},
        gradients={keys[key] for key in gradients - set(shared)},
        data=set(shared),
        sources={id(memo[id(source)]): place for place, (source, _) in reversed(generators.items())},
        owners={id(one.owner): place.owner for place, one in held_by_copy if one.owner is not None},
        layouts={place: TensorLayout.of(tensor) for place, tensor in tensors.items()},
        storages=list(storages.values()),
        is_hollow=hollow,
    )


def _storage_copy(tensor: Tensor, *, filled: bool) -> torch.UntypedStorage:
    storage = tensor.untyped_storage()
    if tensor.device.type != "cpu":
        raise Unreplayable(f"holds a tensor on the device {tensor.device}")
    return storage.clone() if filled else torch.UntypedStorage(storage.nbytes())  # type: ignore[no-untyped-call]


def _deep_copy(parts: RunParts, memo: dict[Any, Any]) -> RunParts:
    try:
        with torch.inference_mode(mode=False):
            return copy.deepcopy(parts, memo)
    except Exception as error:
        for place, held in parts.held():
            if held.owner is not None and place.path and not place.path.startswith("layers"):
                try:
                    copy.deepcopy(held.value, dict(memo))
                except Exception as inner:  # noqa: BLE001 - any object may raise anything
                    where = f"`{held.path}`: {describe_exception(inner)}"
                    name = name_of(held, parts.names())
                    raise Unreplayable(f"cannot be copied, because of its attribute {where}", part=name) from error
        raise Unreplayable(f"cannot be copied: {describe_exception(error)}") from error


def _require_own_state(values: list[tuple[RunPlace, Held]], names: dict[int, str]) -> None:
    """Check that no part holds a function with a state of its own, which a copy would share."""
    for _, held in values:
        if _has_state(held.value):
            reason = f"holds a function in `{held.path}` that has variables of its own: keep them in attributes"
            raise Unreplayable(reason, part=name_of(held, names))


def _has_state(value: object) -> bool:
    """Whether a value is a function whose variables are changed or can be."""
    if isinstance(value, types.BuiltinMethodType):
        return not isinstance(value.__self__, (type, types.ModuleType, type(None)))
    if not isinstance(value, types.FunctionType):
        return isinstance(value, types.GeneratorType)
    cells = [cell.cell_contents for cell in value.__closure__ or ()]
    if any(not isinstance(cell, (int, float, str, type, type(None), types.FunctionType)) for cell in cells):
        return True
    free = value.__code__.co_freevars
    return any(one.opname == "STORE_DEREF" and one.argval in free for one in dis.get_instructions(value))


def _require_separate(
    values: list[tuple[RunPlace, Held]], copies: list[tuple[RunPlace, Held]], own: set[int], names: dict[int, str]
) -> None:
    """Check that a copy shares no tensor, generator, list, dict or set with the run."""
    kinds = (list, dict, set)
    originals = {
        id(one.value) for _, one in values if isinstance(one.value, kinds) or type(one.value) is torch.Generator
    }
    for (_, held), (_, copied) in zip(values, copies, strict=False):
        value = copied.value
        is_shared = storage_key(value) in own if isinstance(value, Tensor) else id(value) in originals
        if is_shared:
            raise Unreplayable(f"shares its attribute `{held.path}` with its copies", part=name_of(held, names))
