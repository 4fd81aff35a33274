"""The configuration of a run, combined from defaults, a TOML file and options, and checked before the run starts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self, get_type_hints

from minidl_core.coercion import coerce
from minidl_core.errors import ConfigError, SpecError
from minidl_core.quoting import quoted
from minidl_core.spec import parse_component, parse_pipeline
from minidl_core.suggestions import did_you_mean
from minidl_core.toml_file import read_toml

MAX_SEED = 2**63 - 1
"""The largest seed of a generator."""

LARGEST = {"threads": 1024, "batch_size": 2**31 - 1, "epochs": 2**31 - 1, "repeats": 1_000_000}
"""Upper bounds: larger numbers are probably mistakes."""


@dataclass(frozen=True)
class RunConfig:
    """The configuration of a run; the defaults are the standard test.

    Args:
        layers: the network, such as `3*(linear:25,relu),linear:2`; None uses three hidden layers of 25 units with
            relu, and one output for each target of the data.
        loss: the objective that training minimizes; None uses the dataset's own, as the standard test has, otherwise
            cross_entropy for classes and mse for numbers.
        optimizer: updates the parameters from their gradients.
        data: the dataset.
        metrics: scores of the predictions, such as `r2,mae`; None uses accuracy for classification, and r2, mae and
            rmse for regression.
        epochs: passes over the training data, at least 1.
        batch_size: samples per step, at least 1; the last batch of an epoch may be smaller.
        seed: the seed of all random numbers, at least 0; repeat k uses seed + k.
        repeats: the number of trainings, each with another seed, at least 1.
        threads: processor threads, at least 1; None uses one for a small network, and torch's choice otherwise.
        dtype: the type of numbers.
        device: the device to compute on, such as cpu or cuda.
        save: the file to save the trained network to; requires repeats=1.
        plugin: Python files that define parts, loaded before names are looked up; one path or a list of paths.
        engine: takes the steps of training: python, native, another installed engine, or auto, which uses native where
            it is installed, works and pays, else python.

    Raises:
        ConfigError: a value is of the wrong type or outside its range.
        SpecError: a spec does not parse.
    """

    layers: str | None = None
    loss: str | None = None
    optimizer: str = "sgd:lr=0.01"
    data: str = "disk"
    metrics: str | None = None
    epochs: int = 20
    batch_size: int = 10
    seed: int = 0
    repeats: int = 1
    threads: int | None = None
    dtype: Literal["float32", "float64"] = "float32"
    device: str = "cpu"
    save: str | Path | None = None
    plugin: tuple[str, ...] = ()
    engine: str = "auto"

    def __post_init__(self) -> None:
        """Check every entry."""
        self._coerce()
        for name, least in {"epochs": 1, "batch_size": 1, "repeats": 1, "threads": 1, "seed": 0}.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise ConfigError(f"{_option(name)} must be at least {least}, not {quoted(value)}")
            if value is not None and name in LARGEST and value > LARGEST[name]:
                raise ConfigError(f"{_option(name)} must be at most {LARGEST[name]}, not {quoted(value)}")
        if self.seed + self.repeats > MAX_SEED:
            raise ConfigError(f"seed must be below 2^63, not {quoted(self.seed)}")
        if self.save is not None and self.repeats > 1:
            raise ConfigError(f"save writes one network, but repeats={self.repeats} trains several: write repeats 1")
        self._check_specs()

    def _coerce(self) -> None:
        """Convert each entry to its type; a single name becomes a list of one."""
        if isinstance(self.plugin, str | Path):
            object.__setattr__(self, "plugin", (str(self.plugin),))
        for name, annotation in _annotations().items():
            try:
                object.__setattr__(self, name, coerce(getattr(self, name), annotation))
            except ValueError as error:
                raise ConfigError(f"{_option(name)} must be {error}") from None
        if isinstance(self.save, Path):
            object.__setattr__(self, "save", str(self.save))

    def _check_specs(self) -> None:
        for name in ("layers", "loss", "optimizer", "metrics", "engine"):
            text = getattr(self, name)
            if text is not None:
                parse = parse_pipeline if name in {"layers", "metrics"} else parse_component
                try:
                    parse(text)
                except SpecError as error:
                    raise SpecError(f"{name}: {error}") from None

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Return the configuration in a TOML file, with defaults for missing entries.

        Raises:
            ConfigError: the file cannot be read, is not TOML, or has an unknown or invalid entry.
        """
        entries = read_toml(Path(path))
        try:
            return cls().updated(entries)
        except (ConfigError, SpecError) as error:
            raise type(error)(f"in {path}: {error}") from None

    def updated(self, entries: dict[str, Any]) -> Self:
        """Return the configuration with some entries replaced; `batch-size` is the same key as `batch_size`.

        Raises:
            ConfigError: a key is unknown or given twice, or a value is invalid.
        """
        known = [field.name for field in fields(self)]
        named: dict[str, Any] = {}
        for key, value in entries.items():
            name = key.replace("-", "_")
            if name not in known:
                raise ConfigError(f"there is no configuration entry {quoted(key)}: {did_you_mean(name, known)}")
            if name in named:
                raise ConfigError(f"the configuration entry {quoted(key)} is given twice")
            named[name] = value
        return replace(self, **named)

    def to_json(self) -> dict[str, Any]:
        """Return all entries by name."""
        return asdict(self) | {"plugin": list(self.plugin)}


@cache
def _annotations() -> dict[str, Any]:
    return get_type_hints(RunConfig)


def _option(name: str) -> str:
    return name.replace("_", "-")
