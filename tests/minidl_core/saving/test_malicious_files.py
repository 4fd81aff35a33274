"""Loading any file takes little time and memory, and returns a network or raises a SavedModelError."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import minidl_core as minidl
from minidl_core import SavedModelError, UnknownNameError
from minidl_core.saving.allocation_limit import AllocationLimit
from minidl_core.saving.saved_metadata import MOST_LAYERS
from tests.support.environments import ROOT
from tests.support.malicious_files import deep, file_bytes, parts_of

Craft = Callable[..., Path]

HARMLESS = re.compile(
    r"(without )?\('(owners|versions)'|without \('out_shape',\)|\('(out_shape|preprocessing)',\) = None|\('format',\) = 1$"
    r"|(?!.*(True|False|nan|inf|''|\[))\('preprocessing', '(mean|deviation)', [01]\) = |\('preprocessing', '(mean|deviation)'\) = \[2, 2\]$|many keys|a tensor twice|random"
)
"""Changes that leave a network: which distributions provide its parts, numbers of its preprocessing, what nobody reads."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a network with parameters, buffers and a preprocessing."""
    path = tmp_path_factory.mktemp("saved") / "model.safetensors"
    model = minidl.fit("linear:3,relu,batch_norm,linear:2", "disk:train=60:test=20", epochs=1).model
    minidl.save(model, path)
    return path


@pytest.fixture
def craft(saved: Path, tmp_path: Path) -> Craft:
    """Return a function that writes the file with other entries in its metadata."""

    def write(**entries: object) -> Path:
        header, tensors = parts_of(saved.read_bytes())
        metadata = json.loads(header["__metadata__"]["minidl"]) | entries
        path = tmp_path / "crafted.safetensors"
        path.write_bytes(file_bytes(header | {"__metadata__": {"minidl": json.dumps(metadata)}}, tensors))
        return path

    return write


def load_crafted(saved: Path, crafted: Path) -> dict[str, list[str]]:
    """Write many damaged copies of a file, load each in a process with limited memory, and return the results."""
    command = [sys.executable, "-m", "tests.support.malicious_files", saved, crafted]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=600)
    return json.loads(done.stdout)


@pytest.mark.slow
def test_every_file_is_a_network_or_an_error_within_bounds_of_time_and_memory(saved: Path, tmp_path: Path) -> None:
    found = load_crafted(saved, tmp_path / "bad")
    assert found["wrong"] == []
    assert [what for what in found["loaded"] if not HARMLESS.match(what)] == []
    assert len(found["loaded"]) > 50


@pytest.mark.slow
def test_so_is_every_file_with_a_table_s_preprocessing(tmp_path: Path) -> None:
    rows = "".join(f"{x * x % 41 + 0.5},{'north' if x % 2 else 'south'},{x / 7}\n" for x in range(40))
    (tmp_path / "rents.csv").write_text("size,side,rent\n" + rows)
    model = minidl.fit("linear:1", f"table:{tmp_path}/rents.csv:target=rent", epochs=1).model
    minidl.save(model, tmp_path / "model.safetensors")
    assert load_crafted(tmp_path / "model.safetensors", tmp_path / "bad")["wrong"] == []


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"owners": []}, "damaged metadata: owners"),
        ({"in_shape": [10**30]}, "damaged metadata: in_shape.0"),
        ({"in_shape": [True]}, "damaged metadata: in_shape.0"),
        ({"dtype": "int64"}, "damaged metadata: dtype"),
        ({"format": 0}, "damaged metadata: format"),
        ({"format": "1"}, "damaged metadata: format"),
        ({"layers": "linear:2000000000,relu,linear:2"}, "far more memory than its tensors"),
        ({"layers": f"{MOST_LAYERS + 1}*relu"}, "5,001 layers"),
        ({"layers": "relu," * 100_000}, "specification is too long"),
        ({"layers": "linear:3,relu,layer_norm,linear:2"}, "which this network does not have"),
        ({"dtype": "float64"}, r"0\.weight should be of the type torch\.float64"),
        ({"out_shape": [3]}, "output should be of shape"),
        ({"preprocessing": {"dataset": "disk", "mean": [1], "deviation": [0.5, 0.5]}}, "as many means as deviations"),
        ({"preprocessing": {"dataset": ["disk"]}}, "preprocessing.dataset should be a name"),
    ],
)
def test_a_file_is_refused_with_what_is_wrong(craft: Craft, entries: dict[str, object], words: str) -> None:
    path = craft(**entries)
    with pytest.raises(SavedModelError, match=f"^{re.escape(str(path))} cannot be restored: .*{words}"):
        minidl.load(path)


def test_a_layer_that_is_not_installed_differs_from_a_damaged_file(craft: Craft) -> None:
    with pytest.raises(UnknownNameError, match="there is no layer 'gone'"):
        minidl.load(craft(layers="gone:3"))


def test_metadata_nested_too_deep_are_refused(saved: Path, tmp_path: Path) -> None:
    header, tensors = parts_of(saved.read_bytes())
    path = tmp_path / "deep"
    path.write_bytes(file_bytes(header | {"__metadata__": {"minidl": deep(100_000)}}, tensors))
    with pytest.raises(SavedModelError, match="damaged metadata"):
        minidl.load(path)


def test_entries_of_a_later_minidl_are_passed_over(craft: Craft) -> None:
    assert len(minidl.load(craft(device="cpu"))) == 4


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SavedModelError, match="not a regular file"):
        minidl.load(tmp_path / "pipe")
    for name in ("a" * 300, "nul\0sign", tmp_path / "missing"):
        with pytest.raises(SavedModelError):
            minidl.load(name)


def test_memory_is_refused_before_it_is_taken() -> None:
    with AllocationLimit(1000, often=100):
        kept = torch.zeros(100)
        kept.add_(1).view(10, 10)[3].mul_(2)
        for make in (
            lambda: torch.empty(10**12),
            lambda: kept.new_zeros(10**12),
            lambda: kept.repeat(10**10),
            lambda: torch.outer(kept, kept),
            lambda: torch.rand(10**6, 10**6, generator=torch.Generator()),
        ):
            with pytest.raises(SavedModelError, match="far more memory"):
                make()
    with AllocationLimit(1000, often=2):
        torch.zeros(1)
        torch.zeros(1)
        with pytest.raises(SavedModelError, match="far more memory"):
            torch.zeros(1)
