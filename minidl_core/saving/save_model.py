"""A built network written to its file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from minidl_core.assembly import DTYPES, providers_of, spec_of, versions_of
from minidl_core.errors import SavedModelError
from minidl_core.errors import describe_exception as described
from minidl_core.interfaces.sequential import Sequential
from minidl_core.saving.atomic_write import write
from minidl_core.saving.metadata import FORMAT, read_metadata


def save(model: Sequential, path: str | Path) -> None:
    """Write a built network to a safetensors file: its tensors, and in the metadata all it takes to build it again.

    The tensors bear PyTorch's names and layout: `torch.nn.Sequential.load_state_dict(strict=True)` takes them as they
    are. The file is written whole or not at all; of files that are there, only a network saved before is replaced.

    Raises:
        SavedModelError: the network is not built, a layer has no registered name, or the file cannot be written.
    """
    tensors = {
        name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, tensor in model.state().items()
    }
    write(path, _content(model, tensors))


def check_savable(model: Sequential) -> None:
    """Check that a built network can be written, and be read again, before work is done that would be lost.

    Raises:
        SavedModelError: it cannot.
    """
    _content(model, {name: tensor.new_empty(0, device="cpu") for name, tensor in model.state().items()})


def _content(model: Sequential, tensors: dict[str, Tensor]) -> bytes:
    """Return what a file of the network holds."""
    from safetensors.torch import save as to_bytes  # noqa: PLC0415 - only needed here

    if model.in_shape is None or model.out_shape is None:
        raise SavedModelError("only a built network can be saved: call build(in_shape) or train it first")
    try:
        metadata = json.dumps(_metadata(model))
        read_metadata(metadata).pipeline()  # what cannot be read again is not worth a training
        return to_bytes(tensors, {"minidl": metadata})  # one entry: safetensors writes several in random order
    except Exception as error:
        reason = error if isinstance(error, SavedModelError) else described(error)
        raise SavedModelError(f"the network cannot be saved: {reason}") from error


def _metadata(model: Sequential) -> dict[str, Any]:
    spec = spec_of(model)
    preprocessing = model.preprocessing
    parts = providers_of(model)
    return {
        "format": FORMAT,
        "layers": str(spec),
        "owners": {name: entry.distribution for name, entry in parts.items()},
        "in_shape": list(model.in_shape or ()),
        "out_shape": list(model.out_shape or ()),
        "dtype": next((name for name, dtype in DTYPES.items() if dtype == model.dtype), None),
        "preprocessing": preprocessing and {"dataset": preprocessing.dataset, **preprocessing.to_json()},
        "versions": versions_of(parts.values()),
    }
