"""Loads a saved network from its file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from minidl_core.assembly import DTYPES, Providers, sequential
from minidl_core.errors import BlockedError, ConflictError, MinidlError, PluginError, SavedModelError, UnknownNameError
from minidl_core.errors import describe_exception as described
from minidl_core.interfaces.preprocessing import Preprocessing
from minidl_core.interfaces.sequential import Sequential
from minidl_core.quoting import quoted, shortened
from minidl_core.registry import default_registry
from minidl_core.saving.allocation_limit import AllocationLimit
from minidl_core.saving.saved_metadata import MOST_TEXT, Metadata, read_metadata
from minidl_core.seeds import generator

MOST_HEADER = 4 * MOST_TEXT
"""The largest number of bytes before the tensors: the metadata with escapes, and an entry for each tensor."""

ROOM = 2**28
"""Bytes that building a network may take in addition to its tensors."""

ROOM_TENSORS = 1000
"""Tensors that building a network may create in addition to its own."""

TIMES = 16
"""How many times the memory of its tensors building a network may take, for copies and initial values."""

TYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
"""Types of numbers by their names in safetensors."""


def load(path: str | Path) -> Sequential:
    """Return the network saved in a file, on the CPU; nothing in the file is executed.

    The content of the file is checked before memory is allocated.

    Args:
        path: the path of a file that `save` wrote.

    Raises:
        SavedModelError: the file cannot be read, was not written by minidl, or is inconsistent.
        UnknownNameError: a layer is not installed; the message names the distribution that provides it.
        ConflictError, BlockedError: as `Registry.find`.
        PluginError: a layer is installed but cannot be loaded.
    """
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - only needed here

    try:
        _check_file(Path(path))
        with safe_open(path, framework="pt") as file:
            metadata = _metadata_of(file)
            outlines = {name: _outline(name, file.get_slice(name)) for name in file.keys()}  # noqa: SIM118 - no dictionary
            model = _rebuild(metadata, outlines)
            model.load_state({name: file.get_tensor(name) for name in outlines})
    except (SafetensorError, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SavedModelError(f"{path} is not a complete safetensors file: {shortened(str(reason), 200)}") from None
    except MinidlError as error:
        error.args = (f"{path} cannot be restored: {error}",)
        raise
    return model


def _check_file(path: Path) -> None:
    """Check that a file exists, is a regular file and has a small header; opening a pipe would block."""
    if path.is_dir():
        raise SavedModelError("it is a directory: give the path of a file that minidl saved")
    if not path.exists():
        raise SavedModelError("it does not exist: give the path of a file that minidl saved")
    if not path.is_file():
        raise SavedModelError("it is not a regular file")
    with path.open("rb") as file:
        if int.from_bytes(file.read(8), "little") > MOST_HEADER:
            raise SavedModelError(
                f"it is not a complete safetensors file, or has a header of more than {MOST_HEADER:,} bytes"
            )


def _metadata_of(file: Any) -> Metadata:
    text = (file.metadata() or {}).get("minidl")
    if text is None:
        raise SavedModelError("it was not saved by minidl: its metadata do not describe a network")
    return read_metadata(text)


def _outline(name: str, part: Any) -> Tensor:
    """Return a tensor without memory, of the shape and type of a tensor in the file."""
    if (dtype := TYPES.get(part.get_dtype())) is None:
        raise SavedModelError(f"{shortened(name)} has the type {part.get_dtype()}, which networks do not use")
    return torch.empty(part.get_shape(), dtype=dtype, device="meta")


def _rebuild(metadata: Metadata, outlines: dict[str, Tensor]) -> Sequential:
    """Build the network that the metadata describe, and check that it has the tensors of the file."""
    owners = Providers(metadata.owners, metadata.versions)
    with _adding_versions(metadata):
        model = sequential(owners.qualified(metadata.pipeline()))
        model.prepare(generator(0), DTYPES[metadata.dtype])
        held = sum(outline.nbytes for outline in outlines.values())
        with AllocationLimit(ROOM + TIMES * held, often=ROOM_TENSORS + TIMES * len(outlines)):
            model.build(tuple(metadata.in_shape))
        _check_tensors(model, metadata, outlines)
        if metadata.preprocessing is not None:
            model.preprocessing, model.preprocessing_from = _preprocessing(metadata.preprocessing, owners)
    return model


def _check_tensors(model: Sequential, metadata: Metadata, outlines: dict[str, Tensor]) -> None:
    """Check that the tensors of a network have the names, shapes and types of those in the file."""
    model.check_state(outlines)
    for name, tensor in model.state().items():
        if tensor.dtype != outlines[name].dtype:
            raise SavedModelError(
                f"{name} should be of the type {tensor.dtype}, but the file has {outlines[name].dtype}"
            )
    if metadata.out_shape is not None and model.out_shape != tuple(metadata.out_shape):
        raise SavedModelError(f"its output should be of shape {tuple(metadata.out_shape)}, but is {model.out_shape}")


def _preprocessing(saved: dict[str, Any], owners: Providers) -> tuple[Preprocessing, str]:
    """Return the preprocessing that the metadata describe, and the distribution that provides its dataset."""
    dataset = saved.get("dataset")
    if not isinstance(dataset, str):
        raise SavedModelError(f"damaged metadata: preprocessing.dataset should be a name, not {quoted(dataset)}")
    entry = default_registry().find("dataset", owners.known_name("dataset", dataset))
    preprocessing = entry.load().restore_preprocessing(saved)
    if not isinstance(preprocessing, Preprocessing):
        raise SavedModelError(f"the dataset {dataset} should restore a Preprocessing, not {quoted(preprocessing)}")
    return preprocessing, entry.distribution


@contextmanager
def _adding_versions(metadata: Metadata) -> Iterator[None]:
    """Add the versions that a network was saved with to errors; a damaged file can cause any error."""
    try:
        yield
    except (UnknownNameError, ConflictError, BlockedError, PluginError) as error:
        error.args = (f"{error}; it was saved with {metadata.written_by}",)
        raise
    except MinidlError as error:
        raise SavedModelError(f"{error}; it was saved with {metadata.written_by}") from None
    except Exception as error:
        reason = shortened(described(error).partition("\n")[0], 300)
        raise SavedModelError(f"it is inconsistent: {reason}; it was saved with {metadata.written_by}") from error
