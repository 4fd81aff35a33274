"""Networks saved to and loaded from one safetensors file."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from minidl_core.assembly import DTYPES, Owners, parts_of, sequential, spec_of, versions_of
from minidl_core.errors import InputError, PluginError, SavedModelError
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import default_registry
from minidl_core.seeds import generator
from minidl_core.spec import parse_pipeline

FORMAT = 1
"""The version of the metadata's layout; a reader refuses what is newer."""


def save(model: Sequential, path: str | Path) -> None:
    """Write a built network to a safetensors file: its tensors, and in the metadata all it takes to build it again.

    The tensors bear PyTorch's names and layout: `torch.nn.Sequential.load_state_dict(strict=True)` takes them as they
    are. The file is written whole or not at all; of files that are there, only a network saved before is replaced.

    Raises:
        SavedModelError: the network is not built, a layer has no registered name, or the file cannot be written.
    """
    from safetensors.torch import save as to_bytes  # noqa: PLC0415 - only needed here

    if model.in_shape is None or model.out_shape is None:
        raise SavedModelError("only a built network can be saved: call build(in_shape) or train it first")
    tensors = {name: tensor.detach().cpu().clone() for name, tensor in model.state().items()}
    metadata = {"minidl": json.dumps(_metadata(model))}  # one entry: safetensors writes several in random order
    _write(Path(path), to_bytes(tensors, metadata))


def load(path: str | Path) -> Sequential:
    """Return the network that a file holds, on the CPU; nothing in the file is executed.

    Raises:
        SavedModelError: the file cannot be read, was not written by minidl, or does not fit together.
        UnknownNameError: a layer is not installed here; the message names the distribution that brings it.
        PluginError: what brings a layer is installed, but does not work.
    """
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - only needed here

    path = Path(path)
    if not path.is_file():
        what = "is a directory" if path.is_dir() else "does not exist"
        raise SavedModelError(f"{path} {what}: give the path of a file that minidl saved")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dictionary
    except (SafetensorError, OSError) as error:
        raise SavedModelError(f"{path} is no whole safetensors file: {error}") from None
    model = _rebuilt(path, metadata)
    try:
        model.load_state(tensors)
    except SavedModelError as error:
        raise SavedModelError(f"{path} does not fit together: {error}") from None
    return model


def check_path(path: str | Path) -> None:
    """Check that a file can be written there, before work is done that would be lost.

    Raises:
        SavedModelError: it cannot.
    """
    place = Path(path).resolve()
    if place.is_dir():
        raise SavedModelError(f"cannot save to {path}: it is a directory; add a file name, such as model.safetensors")
    if os.path.lexists(place) and not _is_saved_model(place):
        raise SavedModelError(f"cannot save to {path}: it is there, and no network saved by minidl; give another name")
    if not place.parent.is_dir():
        folder = Path(path).parent
        raise SavedModelError(f"cannot save to {path}: there is no directory {folder}; make it first")
    if not os.access(place.parent, os.W_OK):
        raise SavedModelError(f"cannot save to {path}: {place.parent} is not writable")


def _is_saved_model(path: Path) -> bool:
    """Tell whether a file is one that `save` wrote, and so may be replaced."""
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - only needed here

    try:
        with safe_open(path, framework="pt") as file:
            return "minidl" in (file.metadata() or {})
    except (SafetensorError, OSError):
        return False


def _metadata(model: Sequential) -> dict[str, Any]:
    spec = spec_of(model)
    preprocessing = model.preprocessing
    parts = parts_of(model)
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


def _rebuilt(path: Path, metadata: dict[str, str]) -> Sequential:
    """Build the network that the metadata describes."""
    if "minidl" not in metadata:
        raise SavedModelError(f"{path} was not written by minidl: its metadata does not say what network it is of")
    try:
        saved = json.loads(metadata["minidl"])
        written = saved["format"]
        if written > FORMAT:
            raise SavedModelError(f"{path} was written by a newer minidl (format {written}): update minidl")
        owners = Owners(saved.get("owners", {}), saved.get("versions", {}))
        model = sequential(owners.qualified(parse_pipeline(saved["layers"])))
        model.prepare(generator(0), DTYPES[saved["dtype"]])
        model.build(tuple(saved["in_shape"]))
        if saved["preprocessing"] is not None:
            name = owners.known_name("dataset", saved["preprocessing"]["dataset"])
            entry = default_registry().find("dataset", name)
            model.preprocessing = entry.load().restore_preprocessing(saved["preprocessing"])
            model.preprocessing_from = entry.distribution
    except (InputError, PluginError) as error:
        versions = ", ".join(f"{name} {number}" for name, number in saved.get("versions", {}).items())
        error.args = (f"{path} cannot be restored: {error}; it was saved with {versions or 'unknown versions'}",)
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise SavedModelError(f"{path} has damaged metadata: {error!r}") from None
    return model


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: under a temporary name beside its place, then renamed."""
    path = path.resolve()
    check_path(path)
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise SavedModelError(f"cannot save to {path}: {error.strerror or error}") from None
        raise


def _umask() -> int:
    """Return the permissions that new files shall not have; they can only be read by setting them."""
    umask = os.umask(0)
    os.umask(umask)
    return umask
