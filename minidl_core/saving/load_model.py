"""A network built again from its file."""

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
from minidl_core.saving.metadata import MOST_TEXT, Metadata, read_metadata
from minidl_core.seeds import generator

MOST_HEADER = 4 * MOST_TEXT
"""Bytes before the tensors; escapes make the metadata longer, and each tensor has a line of its own."""

ROOM = 2**28
"""Bytes that building a network may take beside those of its tensors."""

ROOM_TENSORS = 1000
"""Tensors that building a network may make beside its own."""

TIMES = 16
"""How many times its tensors building a network may make: copies, and what initial values are drawn with."""

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
"""Types of numbers by the names that safetensors gives them."""


def load(path: str | Path) -> Sequential:
    """Return the network that a file holds, on the CPU; nothing in the file is executed.

    What the file says is checked before memory is taken for it: a network is built only as large as its tensors.

    Raises:
        SavedModelError: the file cannot be read, was not written by minidl, or does not fit together.
        UnknownNameError: a layer is not installed here; the message names the distribution that brings it.
        ConflictError, BlockedError: as `Registry.find`.
        PluginError: what brings a layer is installed, but does not work.
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
        raise SavedModelError(f"{path} is no whole safetensors file: {shortened(str(reason), 200)}") from None
    except MinidlError as error:
        error.args = (f"{path} cannot be restored: {error}",)
        raise
    return model


def _check_file(path: Path) -> None:
    """Check what can be known of a file before it is opened; opening a pipe would wait for whoever writes into it."""
    if path.is_dir():
        raise SavedModelError("it is a directory: give the path of a file that minidl saved")
    if not path.exists():
        raise SavedModelError("it does not exist: give the path of a file that minidl saved")
    if not path.is_file():
        raise SavedModelError("it is no regular file")
    with path.open("rb") as file:
        if int.from_bytes(file.read(8), "little") > MOST_HEADER:
            raise SavedModelError(
                f"it is no whole safetensors file, or has a header of more than {MOST_HEADER:,} bytes"
            )


def _metadata_of(file: Any) -> Metadata:
    text = (file.metadata() or {}).get("minidl")
    if text is None:
        raise SavedModelError("it was not written by minidl: its metadata does not say what network it is of")
    return read_metadata(text)


def _outline(name: str, part: Any) -> Tensor:
    """Return a tensor of the shape and type of one in the file, without its numbers."""
    if (dtype := TYPES.get(part.get_dtype())) is None:
        raise SavedModelError(f"{shortened(name)} is of the type {part.get_dtype()}, which no network has")
    return torch.empty(part.get_shape(), dtype=dtype, device="meta")


def _rebuild(metadata: Metadata, outlines: dict[str, Tensor]) -> Sequential:
    """Build the network that the metadata describe, if it has tensors like those of the file."""
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
    """Check that a built network has the tensors that the file has."""
    model.check_state(outlines)
    for name, tensor in model.state().items():
        if tensor.dtype != outlines[name].dtype:
            raise SavedModelError(
                f"{name} should be of the type {tensor.dtype}, but the file has {outlines[name].dtype}"
            )
    if metadata.out_shape is not None and model.out_shape != tuple(metadata.out_shape):
        raise SavedModelError(f"its output should be of shape {tuple(metadata.out_shape)}, but is {model.out_shape}")


def _preprocessing(saved: dict[str, Any], owners: Providers) -> tuple[Preprocessing, str]:
    """Return the preprocessing that the metadata describe, and the distribution that brings its dataset."""
    dataset = saved.get("dataset")
    if not isinstance(dataset, str):
        raise SavedModelError(f"damaged metadata: preprocessing.dataset should be a name, not {quoted(dataset)}")
    entry = default_registry().find("dataset", owners.known_name("dataset", dataset))
    preprocessing = entry.load().restore_preprocessing(saved)
    if not isinstance(preprocessing, Preprocessing):
        raise SavedModelError(f"the dataset {dataset} restored no preprocessing, but {quoted(preprocessing)}")
    return preprocessing, entry.distribution


@contextmanager
def _adding_versions(metadata: Metadata) -> Iterator[None]:
    """Add the versions that a network was saved with to what fails; what a file holds may make anything fail."""
    try:
        yield
    except (UnknownNameError, ConflictError, BlockedError, PluginError) as error:
        error.args = (f"{error}; it was saved with {metadata.written_by}",)
        raise
    except MinidlError as error:
        raise SavedModelError(f"{error}; it was saved with {metadata.written_by}") from None
    except Exception as error:
        reason = shortened(described(error).partition("\n")[0], 300)
        raise SavedModelError(f"it does not fit together: {reason}; it was saved with {metadata.written_by}") from error
