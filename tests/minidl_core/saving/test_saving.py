"""Networks saved and loaded."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

import minidl_core as minidl
from minidl_core import Buffer, Module, Registry, SavedModelError, Sequential, default_registry
from minidl_core.interfaces.sequential import Shape
from minidl_core.registry import use_registry
from tests.support.site_packages import Site


def trained(dtype: str = "float32") -> Sequential:
    return minidl.fit("linear:5,tanh,2*(linear:4:bias=false,relu),linear:2", "disk", epochs=1, dtype=dtype).model


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_loaded_network_is_the_saved_one_to_the_last_bit(tmp_path: Path, dtype: str) -> None:
    model = trained(dtype)
    minidl.save(model, tmp_path / "model.safetensors")
    again = minidl.load(tmp_path / "model.safetensors")
    assert minidl.spec_of(again) == minidl.spec_of(model)
    x = torch.randn(9, 2, dtype=model.dtype)
    assert torch.equal(minidl.predict(again, x), minidl.predict(model, x))
    assert again.preprocessing is not None
    assert model.preprocessing is not None
    assert torch.equal(again.preprocessing.transform([[0.1, 0.9]]), model.preprocessing.transform([[0.1, 0.9]]))


def test_the_metadata_describe_the_network_completely(tmp_path: Path) -> None:
    minidl.save(trained(), tmp_path / "model.safetensors")
    with safe_open(tmp_path / "model.safetensors", framework="pt") as file:
        saved = json.loads(file.metadata()["minidl"])
    assert saved["layers"] == "linear:5,tanh,linear:4:bias=false,relu,linear:4:bias=false,relu,linear:2"
    assert saved["in_shape"] == [2]
    assert saved["out_shape"] == [2]
    assert saved["preprocessing"]["dataset"] == "disk"
    assert saved["versions"]["minidl"] == minidl.__version__


class Counting(Module):
    """Counts its forward passes."""

    def build(self, in_shape: Shape) -> Shape:
        self.passes = Buffer(torch.zeros(1))
        return in_shape

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.passes.value += 1
        return x


def test_buffers_are_saved_too(tmp_path: Path) -> None:
    default_registry().register("layer", "counting", Counting)
    model = minidl.sequential("counting,linear:2")
    model.build(2)
    model.forward(torch.zeros(1, 2))
    minidl.save(model, tmp_path / "model.safetensors")
    assert minidl.load(tmp_path / "model.safetensors").state()["0.passes"] == 1


def test_an_unbuilt_network_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(SavedModelError, match="call build"):
        minidl.save(minidl.sequential("linear:2"), tmp_path / "model.safetensors")


def test_a_failing_write_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.safetensors"
    minidl.save(trained(), path)
    old = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SavedModelError, match="No space left"):
        minidl.save(trained(), path)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("place", "message"), [("", "is a directory"), ("nowhere/model.safetensors", "there is no directory")]
)
def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path, place: str, message: str) -> None:
    with pytest.raises(SavedModelError, match=message):
        minidl.save(trained(), tmp_path / place)


def test_no_file_but_a_saved_network_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("x,y\n1,2\n")
    (tmp_path / "link").symlink_to(tmp_path / "table.csv")
    for name in ("table.csv", "link"):
        with pytest.raises(SavedModelError, match="not a network saved by minidl"):
            minidl.save(trained(), tmp_path / name)
    assert (tmp_path / "table.csv").read_text() == "x,y\n1,2\n"
    minidl.save(trained(), tmp_path / "model.safetensors")
    minidl.save(trained("float64"), tmp_path / "model.safetensors")
    assert minidl.load(tmp_path / "model.safetensors").dtype == torch.float64


def test_a_saved_file_has_the_permissions_of_other_new_files(tmp_path: Path) -> None:
    minidl.save(trained(), tmp_path / "model.safetensors")
    (tmp_path / "other").touch()
    assert (tmp_path / "model.safetensors").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_files_that_are_no_saved_networks_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    save_file({"w": torch.zeros(2)}, tmp_path / "foreign")
    minidl.save(trained(), tmp_path / "cut")
    (tmp_path / "cut").write_bytes((tmp_path / "cut").read_bytes()[:-4])
    for name, message in {
        "text": "not a complete safetensors file",
        "foreign": "not saved by minidl",
        "cut": "not a complete safetensors file",
        "missing": "does not exist",
        "": "is a directory",
    }.items():
        with pytest.raises(SavedModelError, match=message):
            minidl.load(tmp_path / name)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "newer minidl"),
        ({"layers": "linear:6,linear:2"}, "should be of shape"),
        ({"layers": "linear:5,tanh"}, "which this network does not have"),
        ({"layers": "gone:5"}, r"there is no layer 'gone'.*saved with minidl"),
        ({"dtype": "float7"}, "damaged metadata"),
        ({"in_shape": None}, "damaged metadata"),
    ],
)
def test_metadata_that_does_not_fit_is_refused(tmp_path: Path, change: dict[str, object], message: str) -> None:
    path = tmp_path / "model.safetensors"
    minidl.save(minidl.fit("linear:5,linear:2", "disk", epochs=1).model, path)
    with safe_open(path, framework="pt") as file:
        saved = json.loads(file.metadata()["minidl"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dictionary
    save_file(tensors, path, {"minidl": json.dumps(saved | change)})
    with pytest.raises(minidl.InputError, match=r"(?s)" + message):
        minidl.load(path)


def test_state_that_does_not_fit_changes_nothing() -> None:
    model = minidl.sequential("linear:2")
    model.build(2)
    before = model.state()["0.weight"].clone()
    with pytest.raises(SavedModelError, match="lacks 0.bias"):
        model.load_state({"0.weight": torch.zeros(2, 2)})
    assert torch.equal(model.state()["0.weight"], before)


def swish(site: Site, distribution: str, version: str = "1.2") -> None:
    """Install a distribution with a layer that says whose it is."""
    module = f"plug_{distribution}"
    source = """
        from minidl_core import Module
        class Swish(Module):
            def forward(self, x):
                self.x = x
                return {factor} * x
            def backward(self, grad_output):
                return {factor} * grad_output
    """
    site.module(module, source.format(factor={"acme": 1, "zoo": 2}[distribution]))
    site.install(distribution, f"[minidl.layers]\nswish = {module}:Swish\n", version)


@pytest.fixture
def installed(site: Site) -> Iterator[Callable[[], Registry]]:
    """Return a function that reads what is installed again."""
    kept = default_registry()
    yield lambda: use_registry(Registry())
    use_registry(kept)


def test_an_error_for_a_missing_layer_names_its_distribution_and_version(
    tmp_path: Path, site: Site, installed: Callable[[], Registry]
) -> None:
    swish(site, "acme")
    installed()
    minidl.save(minidl.fit("linear:3,swish,linear:2", "disk", epochs=1).model, tmp_path / "model.safetensors")
    shutil.rmtree(site.path)
    installed()

    message = r"the layer 'swish' of acme 1\.2 is not installed: pip install 'acme==1\.2'; it was saved with minidl"
    with pytest.raises(minidl.UnknownNameError, match=message):
        minidl.load(tmp_path / "model.safetensors")


def test_a_network_is_never_restored_with_a_layer_of_the_same_name_from_elsewhere(
    tmp_path: Path, site: Site, installed: Callable[[], Registry]
) -> None:
    swish(site, "acme")
    installed()
    model = minidl.fit("linear:3,swish,linear:2", "disk", epochs=1).model
    minidl.save(model, tmp_path / "model.safetensors")
    swish(site, "zoo")
    installed()

    again = minidl.load(tmp_path / "model.safetensors")
    assert str(minidl.spec_of(again)) == "linear:3,acme/swish,linear:2"
    x = torch.randn(4, 2)
    assert torch.equal(minidl.predict(again, x), minidl.predict(model, x))

    shutil.rmtree(site.path / "acme-1.2.dist-info")
    installed()
    with pytest.raises(minidl.UnknownNameError, match=r"of acme 1\.2 is not installed"):
        minidl.load(tmp_path / "model.safetensors")


def test_an_error_for_a_broken_layer_names_the_file_that_needs_it(
    tmp_path: Path, site: Site, installed: Callable[[], Registry]
) -> None:
    swish(site, "acme")
    installed()
    minidl.save(minidl.fit("swish,linear:2", "disk", epochs=1).model, tmp_path / "model.safetensors")
    site.module("plug_acme", "raise ImportError('no CUDA')  # and no more than that")
    del sys.modules["plug_acme"]
    importlib.invalidate_caches()
    installed()

    with pytest.raises(
        minidl.PluginError, match=r"model\.safetensors cannot be restored: .*'swish' of acme 1\.2.*no CUDA"
    ):
        minidl.load(tmp_path / "model.safetensors")


def test_a_file_without_owners_of_its_layers_is_loaded_by_their_bare_names(tmp_path: Path) -> None:
    minidl.save(trained(), tmp_path / "model.safetensors")
    with safe_open(tmp_path / "model.safetensors", framework="pt") as file:
        saved = json.loads(file.metadata()["minidl"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dictionary
    assert saved.pop("owners") == {
        "layer linear": "minidl",
        "layer tanh": "minidl",
        "layer relu": "minidl",
        "dataset disk": "minidl",
    }
    save_file(tensors, tmp_path / "old.safetensors", {"minidl": json.dumps(saved)})

    assert len(minidl.load(tmp_path / "old.safetensors")) == 7


def test_inner_layers_and_the_dataset_are_known_by_their_distributions_too(
    tmp_path: Path, site: Site, installed: Callable[[], Registry]
) -> None:
    swish(site, "acme")
    site.module(
        "plug_more",
        """
        from minidl_core import Module, Sequential
        from minidl_datasets.disk import Disk
        class Inside(Module):
            def __init__(self, layers: Sequential) -> None:
                self.layers = layers
            def build(self, in_shape):
                return self.layers.build(in_shape)
            def forward(self, x):
                return self.layers.forward(x)
            def backward(self, grad_output):
                return self.layers.backward(grad_output)
        class Mine(Disk):
            pass
        """,
    )
    site.install(
        "more", "[minidl.layers]\ninside = plug_more:Inside\n[minidl.datasets]\ndisk = plug_more:Mine\n", "3.0"
    )
    installed()
    minidl.save(minidl.fit("inside(swish),linear:2", "more/disk", epochs=1).model, tmp_path / "more.safetensors")
    minidl.save(minidl.fit("linear:2", "minidl/disk", epochs=1).model, tmp_path / "own.safetensors")
    swish(site, "zoo")
    installed()
    assert str(minidl.spec_of(minidl.load(tmp_path / "more.safetensors"))) == "inside(acme/swish),linear:2"

    shutil.rmtree(site.path / "more-3.0.dist-info")
    site.install("more", "[minidl.layers]\ninside = plug_more:Inside\n", "3.0")
    installed()
    with pytest.raises(minidl.UnknownNameError, match=r"the dataset 'disk' of more 3\.0 is not installed"):
        minidl.load(tmp_path / "more.safetensors")
    loaded = minidl.load(tmp_path / "own.safetensors")
    assert loaded.preprocessing_from == "minidl"
