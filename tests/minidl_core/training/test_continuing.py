"""A network that is trained again: what it keeps, and what starts from scratch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import minidl_core as minidl
from minidl_core import Data, DataError, Dataset, PluginError, Preprocessing, Samples, generator
from minidl_core.registry import Registry, default_registry


def tensors(features: int = 2, *, seed: int = 0) -> Data:
    """Return a classification of plain tensors, in two classes."""
    inputs = torch.rand(20, features, generator=generator(seed))
    samples = Samples(inputs, torch.eye(2)[torch.arange(20) % 2])
    return Data(samples, samples, "classification")


class Scaling(Preprocessing):
    """Inputs multiplied by a factor."""

    dataset = "measured"

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def transform(self, source: Any) -> Tensor:
        """Return inputs in the network's units."""
        return torch.as_tensor(source) * self.factor

    def to_json(self) -> dict[str, Any]:
        """Return the factor."""
        return {"factor": self.factor}


class Measured(Dataset):
    """A dataset whose preprocessing depends on its settings, and that keeps the default `load_like`."""

    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor

    def load(self, seed: int) -> Data:
        """Return the samples, scaled."""
        return self.treated(seed, Scaling(self.factor))

    def treated(self, seed: int, scaling: Scaling) -> Data:
        """Return the samples as a preprocessing treats them."""
        plain = tensors(seed=seed)
        samples = plain.train._replace(inputs=scaling.transform(plain.train.inputs))
        return replace(plain, train=samples, test=samples, preprocessing=scaling)


class Obedient(Measured):
    """Applies the preprocessing that it is given."""

    def load_like(self, seed: int, preprocessing: Preprocessing) -> Data:
        """Return the samples, treated as wanted."""
        assert isinstance(preprocessing, Scaling)
        return self.treated(seed, preprocessing)


class Careless(Measured):
    """Ignores the preprocessing that it is given."""

    def load_like(self, seed: int, preprocessing: Preprocessing) -> Data:
        """Return the samples as ever."""
        return self.load(seed)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Return the registry of the process, and unregister afterwards what a test registers."""
    monkeypatch.setattr(default_registry(), "_entries", default_registry().entries())
    return default_registry()


def write_table(folder: Path) -> Path:
    """Write a table of a line, y = 2x + 0.5."""
    path = folder / "line.csv"
    path.write_text("x,y\n" + "".join(f"{index % 7},{2 * (index % 7)}.5\n" for index in range(40)))
    return path


@pytest.mark.parametrize("data", ["disk:seed=5", "disk:train=30:standardize=no"])
def test_data_of_its_dataset_are_treated_as_those_that_it_learned_from(data: str) -> None:
    model = minidl.fit("linear:2", "disk", epochs=1).model
    kept, points = model.preprocessing, torch.rand(4, 2, generator=generator(0)).double()
    assert kept is not None
    before = minidl.predict(model, kept.transform(points))
    result = minidl.fit(model, data, optimizer="sgd:lr=0", epochs=1)
    assert model.preprocessing is kept
    assert torch.equal(minidl.predict(model, kept.transform(points)), before)
    raw = minidl.fit("linear:2", data.replace(":standardize=no", ""), epochs=1, optimizer="sgd:lr=0")
    assert raw.final != result.final


def test_the_disk_gives_the_same_points_however_they_are_treated() -> None:
    disk = default_registry().load("dataset", "disk")(train=50)
    plain = default_registry().load("dataset", "disk")(train=50, standardize=False).load(3)
    kept = disk.load(0).preprocessing
    data = disk.load_like(3, kept)
    assert data.preprocessing is kept
    torch.testing.assert_close(data.train.inputs, kept.transform(plain.train.inputs))
    torch.testing.assert_close(data.test.inputs, kept.transform(plain.test.inputs))
    assert torch.equal(data.train.targets, plain.train.targets)


def test_tensors_never_take_a_preprocessing_away(tmp_path: Path) -> None:
    model = minidl.fit("linear:2", "disk", epochs=1).model
    kept = model.preprocessing
    minidl.fit(model, tensors(), epochs=1)
    assert model.preprocessing is kept
    minidl.save(model, tmp_path / "kept.safetensors")
    loaded = minidl.load(tmp_path / "kept.safetensors")
    assert kept is not None
    assert loaded.preprocessing is not None
    assert loaded.preprocessing.to_json() == kept.to_json()
    assert (model.preprocessing_from, loaded.preprocessing_from) == ("minidl", "minidl")


def test_a_network_without_a_preprocessing_takes_on_that_of_the_data() -> None:
    model = minidl.fit("linear:2", tensors(), epochs=1).model
    assert model.preprocessing is None
    minidl.fit(model, "disk", epochs=1)
    assert model.preprocessing is not None


def test_data_of_another_dataset_are_refused_and_leave_the_network_as_it_is(tmp_path: Path) -> None:
    table = write_table(tmp_path)
    model = minidl.fit("linear:1", f"table:{table}:target=y:task=regression", epochs=1).model
    kept, state = model.preprocessing, {name: tensor.clone() for name, tensor in model.state().items()}
    with pytest.raises(DataError, match=r"the dataset 'table' of minidl, .*Disk\(\): pass fresh=True"):
        minidl.fit(model, "disk")
    assert model.preprocessing is kept
    assert all(torch.equal(tensor, state[name]) for name, tensor in model.state().items())


def test_data_that_were_loaded_by_another_preprocessing_are_refused() -> None:
    disk = default_registry().load("dataset", "disk")()
    model = minidl.fit("linear:2", disk.load(0), epochs=1).model
    kept = model.preprocessing
    minidl.fit(model, disk.load(0), epochs=1)
    with pytest.raises(DataError, match="not preprocessed as .* pass the dataset instead, .* fresh=True"):
        minidl.fit(model, disk.load(1), epochs=1)
    assert model.preprocessing is kept


def test_what_messages_advise_works(tmp_path: Path) -> None:
    table = write_table(tmp_path)
    model = minidl.fit("linear:2", "disk", epochs=1).model
    data = f"table:{table}:target=y:task=regression"
    with pytest.raises(DataError, match="fresh=True"):
        minidl.fit(model, data)
    with pytest.raises(minidl.ShapeError, match="linear:1"):
        minidl.fit(model, data, fresh=True)  # two outputs, where the table has one target
    assert model.out_shape == (2,)
    other = minidl.fit("linear:1", tensors_of_a_line(), epochs=1).model
    with pytest.raises(minidl.ShapeError, match="pass fresh=True to build a new network"):
        minidl.fit(other, f"table:{table}:target=y:task=regression:categorical=x")
    result = minidl.fit(other, f"table:{table}:target=y:task=regression:categorical=x", fresh=True, epochs=1)
    assert result.model is other
    assert other.in_shape == (7,)
    assert other.preprocessing is not None


def tensors_of_a_line() -> Data:
    """Return a regression of plain tensors."""
    inputs = torch.rand(20, 1, generator=generator(0))
    return Data((inputs, 2 * inputs), (inputs, 2 * inputs), "regression")  # type: ignore[arg-type] - pairs will do


def test_fresh_is_as_if_the_network_had_never_been_trained() -> None:
    model = minidl.fit("linear:3,batch_norm,linear:2", "disk", epochs=3, seed=4).model
    again = minidl.fit(model, "disk", epochs=1, seed=7, fresh=True)
    first = minidl.fit("linear:3,batch_norm,linear:2", "disk", epochs=1, seed=7)
    assert again.history == first.history
    assert all(torch.equal(tensor, model.state()[name]) for name, tensor in first.model.state().items())


def test_fresh_without_a_preprocessing_has_none() -> None:
    model = minidl.fit("linear:2", "disk", epochs=1).model
    minidl.fit(model, tensors(), epochs=1, fresh=True)
    assert model.preprocessing is None


def test_a_dataset_that_cannot_treat_data_by_anothers_preprocessing_takes_only_its_own(registry: Registry) -> None:
    registry.register("dataset", "measured", Measured)
    model = minidl.fit("linear:2", "measured:2", epochs=1).model
    minidl.fit(model, "measured:2", epochs=1, seed=9)
    with pytest.raises(DataError, match="measured preprocesses these data differently .* pass fresh=True"):
        minidl.fit(model, "measured:3")
    minidl.fit(model, "measured:3", epochs=1, fresh=True)


@pytest.mark.parametrize("is_registered", [True, False])
def test_a_dataset_that_can_does_so(registry: Registry, *, is_registered: bool) -> None:
    if is_registered:
        registry.register("dataset", "measured", Obedient)
    model = minidl.fit("linear:2", Obedient(2.0), epochs=1).model
    kept = model.preprocessing
    minidl.fit(model, Obedient(3.0), epochs=1)
    assert model.preprocessing is kept


def test_a_dataset_that_ignores_the_preprocessing_is_an_error() -> None:
    model = minidl.fit("linear:2", Careless(2.0), epochs=1).model
    minidl.fit(model, Careless(2.0), epochs=1)
    with pytest.raises(PluginError, match="careless.load_like did not apply"):
        minidl.fit(model, Careless(3.0), epochs=1)


def test_a_dataset_derived_from_a_known_one_counts_as_it() -> None:
    disk = default_registry().load("dataset", "disk")
    model = minidl.fit("linear:2", "disk", epochs=1).model
    minidl.fit(model, type("Mine", (disk,), {})(), epochs=1)
    with pytest.raises(DataError, match="fresh=True"):
        minidl.fit(model, Measured(), epochs=1)


def momentum_of(epochs: int, times: int) -> minidl.FitResult:
    """Train on the disk with momentum, several times for several epochs."""
    model = minidl.sequential("linear:9,relu,linear:2")
    for _ in range(times):
        result = minidl.fit(model, "disk", optimizer="sgd:lr=0.01:momentum=0.9", epochs=epochs)
    return result


def test_training_twice_continues_the_parameters_and_resets_all_else() -> None:
    once, twice = momentum_of(4, 1), momentum_of(2, 2)
    assert [epoch.epoch for epoch in twice.history] == [1, 2]
    assert twice.history[-1].train != once.history[-1].train
    plain = minidl.fit("linear:2", "disk", epochs=1, batch_size=1000, optimizer="sgd:lr=0.1").model
    minidl.fit(plain, "disk", epochs=1, batch_size=1000, optimizer="sgd:lr=0.1")  # no state, and one order
    longer = minidl.fit("linear:2", "disk", epochs=2, batch_size=1000, optimizer="sgd:lr=0.1").model
    for name, tensor in longer.state().items():
        torch.testing.assert_close(plain.state()[name], tensor)
