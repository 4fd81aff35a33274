"""Saves a built network to a file."""

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
from minidl_core.saving.saved_metadata import FORMAT, read_metadata


def save(model: Sequential, path: str | Path) -> None:
    """Save a built network to a safetensors file, with the metadata that `load` rebuilds it from.

    The tensors have PyTorch's names and layout, so that `torch.nn.Sequential.load_state_dict(strict=True)` accepts
    them. The file is written completely or not at all. An existing file is replaced only if it is a saved network.

    Args:
        model: the network.
        path: the path of the file.

    Raises:
        SavedModelError: the network is not built, a layer is not registered, or the file cannot be written.

    Example:
        Save a network after training, and load it:

            result = fit("linear:25,relu,linear:2", "disk")
            save(result.model, "model.safetensors")
            model = load("model.safetensors")
    """
    tensors = {
        name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, tensor in model.state().items()
    }
    write(path, _content(model, tensors))


def check_savable(model: Sequential) -> None:
    """Check before training that a built network can be saved and loaded again.

    Raises:
        SavedModelError: it cannot; the message says why.
    """
    _content(model, {name: tensor.new_empty(0, device="cpu") for name, tensor in model.state().items()})


def _content(model: Sequential, tensors: dict[str, Tensor]) -> bytes:
    """Return the content of the file of a network."""
    from safetensors.torch import save as to_bytes  # noqa: PLC0415 - only needed here

    if model.in_shape is None or model.out_shape is None:
        raise SavedModelError("only a built network can be saved: call build(in_shape) or train it first")
    try:
        metadata = json.dumps(_metadata(model))
        read_metadata(metadata).pipeline()  # raises if it could not be loaded again
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
