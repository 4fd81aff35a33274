"""The configuration of a run is checked completely before the run starts."""

from __future__ import annotations

import os
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest

from minidl_core.errors import ConfigError, SpecError
from minidl_core.run_config import MAX_SEED, RunConfig


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "run.toml"


def test_the_defaults_are_the_standard_test() -> None:
    assert RunConfig().to_json() == {
        "layers": None,
        "loss": None,
        "optimizer": "sgd:lr=0.01",
        "data": "disk",
        "metrics": None,
        "epochs": 20,
        "batch_size": 10,
        "seed": 0,
        "repeats": 1,
        "threads": None,
        "dtype": "float32",
        "device": "cpu",
        "save": None,
        "plugin": [],
        "engine": "auto",
    }


def test_a_configuration_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        RunConfig().epochs = 3  # type: ignore[misc]


def test_text_is_read_as_on_the_command_line() -> None:
    config = RunConfig().updated({"epochs": "5", "seed": "7", "threads": "none", "layers": "none"})

    assert (config.epochs, config.seed, config.threads, config.layers) == (5, 7, None, None)


def test_later_entries_override_earlier_ones(toml: Path) -> None:
    toml.write_text('epochs = 3\nbatch-size = 5\nloss = "mse:reduction=mean"\n')

    config = RunConfig.load(toml).updated({"epochs": "4"})

    assert (config.epochs, config.batch_size, config.loss, config.seed) == (4, 5, "mse:reduction=mean", 0)


def test_updating_does_not_change_the_original() -> None:
    config = RunConfig()

    assert config.updated({"epochs": 1}).epochs == 1
    assert config.epochs == 20
    assert config.updated({}) == config


def test_json_is_read_back_completely() -> None:
    config = RunConfig(layers="linear:2", repeats=3, threads=1, dtype="float64", metrics="r2,mae", plugin=("mine.py",))

    assert RunConfig().updated(config.to_json()) == config


@pytest.mark.parametrize("key", ["batch-size", "batch_size"])
def test_a_dash_in_a_key_is_an_underscore(key: str) -> None:
    assert RunConfig().updated({key: 7}).batch_size == 7


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"epoch": 3}, ["'epoch'", "did you mean 'epochs'?"]),
        ({"batchsize": 3}, ["'batchsize'", "did you mean 'batch_size'?"]),
        ({"xyz": 3}, ["'xyz'", "choose from", "epochs"]),
        ({"training": {"epochs": 3}}, ["'training'"]),
        ({"batch-size": 1, "batch_size": 2}, ["'batch_size'", "twice"]),
        ({"epochs": "ten"}, ["epochs must be a whole number", "'ten'"]),
        ({"epochs": 2.5}, ["epochs must be a whole number", "2.5"]),
        ({"epochs": True}, ["epochs must be a whole number", "True"]),
        ({"batch_size": "2.5"}, ["batch-size must be a whole number", "'2.5'"]),
        ({"epochs": None}, ["epochs must be a whole number", "None"]),
        ({"threads": "many"}, ["threads must be a whole number or none"]),
        ({"layers": 5}, ["layers must be text or none", "5"]),
        ({"loss": ["mse"]}, ["loss must be text"]),
        ({"dtype": "float16"}, ["dtype must be one of float32, float64", "'float16'"]),
        ({"epochs": 0}, ["epochs must be at least 1, not 0"]),
        ({"batch_size": 0}, ["batch-size must be at least 1, not 0"]),
        ({"repeats": "-1"}, ["repeats must be at least 1, not -1"]),
        ({"threads": 0}, ["threads must be at least 1, not 0"]),
        ({"seed": -1}, ["seed must be at least 0, not -1"]),
        ({"seed": 2**63}, ["seed must be below 2^63"]),
        ({"seed": MAX_SEED, "repeats": 2}, ["seed must be below 2^63"]),
        ({"seed": 10**30}, ["seed must be below 2^63"]),
        ({"seed": "1" * 5000}, ["seed must be a whole number"]),
        ({"epochs": 10**30}, ["epochs must be at most"]),
        ({"repeats": 10**9}, ["repeats must be at most 1000000"]),
        ({"epochs": "1e9"}, ["epochs must be a whole number", "'1e9'"]),
        ({"batch_size": 10**5000}, ["batch-size must be", "a very large int"]),
        ({"plugin": 3}, ["plugin must be a list of texts, not 3"]),
        ({"save": "model.safetensors", "repeats": 2}, ["save", "repeats=2", "repeats 1"]),
    ],
)
def test_an_invalid_entry_is_an_error_with_its_name_and_the_expected_value(
    entries: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        RunConfig().updated(entries)

    for word in words:
        assert word in str(caught.value)


def test_the_limits_themselves_are_allowed() -> None:
    config = RunConfig(epochs=1, batch_size=1, repeats=1, threads=1, seed=MAX_SEED - 1, save="model.safetensors")

    assert config.seed + config.repeats == MAX_SEED


@pytest.mark.parametrize("entry", ["layers", "loss", "optimizer", "metrics"])
def test_a_spec_that_does_not_parse_is_an_error_with_the_position(entry: str) -> None:
    with pytest.raises(SpecError, match=rf"^{entry}: expected") as caught:
        RunConfig().updated({entry: "sgd:lr="})

    assert str(caught.value).endswith("\n  sgd:lr=\n         ^")


@pytest.mark.parametrize("entry", ["loss", "optimizer"])
def test_only_one_loss_or_optimizer_can_be_given(entry: str) -> None:
    with pytest.raises(SpecError, match=f"^{entry}: "):
        RunConfig().updated({entry: "mse,mse"})


def test_a_file_may_have_every_entry(toml: Path) -> None:
    given = RunConfig(
        layers="linear:2", loss="mse", metrics="r2", threads=2, epochs=3, dtype="float64", save="model.safetensors"
    )
    lines = [f"{key} = {value!r}" for key, value in given.to_json().items()]
    toml.write_text("\n".join(lines).replace("'", '"'))

    assert RunConfig.load(str(toml)) == given


def test_the_engine_is_a_specification() -> None:
    assert RunConfig(engine="python").engine == "python"
    with pytest.raises(SpecError, match="^engine: "):
        RunConfig(engine="python,native")


def test_an_empty_file_is_the_standard_test(toml: Path) -> None:
    toml.write_text("# nothing\n")

    assert RunConfig.load(toml) == RunConfig()


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"epochs = = 3", ConfigError, ["not valid TOML", "line 1"]),
        (b"epochs = 3\nepochs = 4", ConfigError, ["not valid TOML"]),
        (b'loss = "\xff"', ConfigError, ["not UTF-8", "save it as UTF-8"]),
        (b"epoch = 3", ConfigError, ["'epoch'", "'epochs'"]),
        (b'epochs = "ten"', ConfigError, ["epochs must be a whole number"]),
        (b"epochs = 2.5", ConfigError, ["epochs must be a whole number"]),
        (b"epochs = true", ConfigError, ["epochs must be a whole number"]),
        (b"batch-size = 1\nbatch_size = 2", ConfigError, ["twice"]),
        (b"[run]\nepochs = 3", ConfigError, ["'run'"]),
        (b"batch-size = " + b"[" * 900 + b"]" * 900, ConfigError, ["nested too deeply"]),
        (b"epochs = " + b"9" * 5000, ConfigError, ["a number with too many digits"]),
        (b"epochs = 0x" + b"f" * 5000, ConfigError, ["epochs must be at most", "a very large int"]),
        (b"seed = " + b"9" * 30, ConfigError, ["seed must be"]),
        (b"seed = nan", ConfigError, ["seed must be a whole number", "nan"]),
        (b"epochs = -inf", ConfigError, ["epochs must be a whole number", "-inf"]),
        (b"epochs = 1979-05-27", ConfigError, ["epochs must be a whole number"]),
        (b"optimizer = []", ConfigError, ["optimizer must be text", "[]"]),
        (b"save = 1.5", ConfigError, ["save must be"]),
        (b'repeats = "\\ud800"', ConfigError, ["not valid TOML"]),
        (b"a" * 1000 + b" = 3", ConfigError, ["there is no configuration entry"]),
        (b"#" * 200_000, ConfigError, ["more than 100,000 bytes"]),
        (b'layers = "linear:"', SpecError, ["layers: expected a value", "^"]),
    ],
)
def test_an_invalid_file_is_an_error_with_its_path(
    toml: Path, content: bytes, error: type[Exception], words: list[str]
) -> None:
    toml.write_bytes(content)

    with pytest.raises(error) as caught:
        RunConfig.load(toml)

    for word in [str(toml), *words]:
        assert word in str(caught.value)
    assert len(str(caught.value)) < len(str(toml)) + 400


def test_a_missing_file_is_an_error_with_its_path(toml: Path) -> None:
    with pytest.raises(ConfigError, match=r"run\.toml cannot be read: No such file"):
        RunConfig.load(toml)


@pytest.mark.parametrize("name", ["a" * 300, "a/" * 3000, "nul\0sign"])
def test_an_invalid_path_is_an_error(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        RunConfig.load(name)


def test_a_named_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match="it is a named pipe"):
        RunConfig.load(tmp_path / "pipe")


def test_an_anonymous_pipe_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"epochs = 7\n")
    os.close(writing)
    assert RunConfig.load(f"/dev/fd/{reading}").epochs == 7
    os.close(reading)


def test_an_endless_file_is_read_up_to_the_limit() -> None:
    with pytest.raises(ConfigError, match="more than 100,000 bytes"):
        RunConfig.load("/dev/zero")


def test_a_directory_is_not_a_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        RunConfig.load(tmp_path)


@pytest.mark.parametrize("written", ["mine.py", ["mine.py"], ("mine.py",), Path("mine.py")])
def test_a_single_plugin_file_needs_no_list(written: Any) -> None:
    assert RunConfig().updated({"plugin": written}).plugin == ("mine.py",)
