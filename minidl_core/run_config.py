"""The configuration of a run: from defaults, a TOML file and options, checked before anything is done."""

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
"""The largest seed that a generator takes."""

OPTIMIZATIONS = ("stacking", "fused-update", "kept-memory", "skipped-gradient")
"""What makes training fast and can be done without, for comparison: repeats trained at once; gradients computed right
into the parameters; memory kept from step to step; no gradient with respect to the data."""

LARGEST = {"threads": 1024, "batch_size": 2**31 - 1, "epochs": 2**31 - 1, "repeats": 1_000_000}
"""Beyond these, a number is taken for a mistake."""


@dataclass(frozen=True)
class RunConfig:
    """All that decides what a run does; the defaults are the report's standard test.

    Args:
        layers: the network, as `3*(linear:25,relu),linear:2`; None takes that network with as many outputs as the data
            has targets.
        loss: what training makes small; None takes what suits the data: cross_entropy for classes and mse for numbers,
            unless the data says otherwise, as the standard test does.
        optimizer: what changes the parameters.
        data: where samples come from.
        metrics: what predictions are judged by, as `r2,mae`; None takes accuracy for classification, and r2, mae and
            rmse for regression.
        epochs: passes over the training data, at least 1.
        batch_size: samples a step, at least 1; the last batch of an epoch may be smaller.
        seed: what all random numbers follow from, at least 0; repeat k has seed + k.
        repeats: how often to train anew, each time with another seed, at least 1.
        threads: processor threads to compute with, at least 1; None takes one where the network is small, and leaves
            the choice to torch otherwise.
        dtype: the type of numbers.
        device: where to compute, such as cpu or cuda.
        save: the file to save the trained network to, with repeats=1.
        plugin: Python files that define parts of the user's own, run before names are looked up; a single one, or
            several in a list.

        without: the fast ways not to take, for comparison: any of stacking, fused-update, kept-memory and
            skipped-gradient.

    Raises:
        ConfigError: a value is of the wrong type or outside its range.
        SpecError: a specification does not parse.
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
    without: tuple[str, ...] = ()

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
            raise ConfigError(f"save keeps one network, but repeats={self.repeats} trains several: write repeats 1")
        self._check_optimizations()
        self._check_specs()

    def _coerce(self) -> None:
        """Bring each entry to its type; a single name stands for a list of it."""
        for name in ("plugin", "without"):
            if isinstance(given := getattr(self, name), str | Path):
                object.__setattr__(self, name, (str(given),))
        for name, annotation in _annotations().items():
            try:
                object.__setattr__(self, name, coerce(getattr(self, name), annotation))
            except ValueError as error:
                raise ConfigError(f"{_option(name)} must be {error}") from None
        if isinstance(self.save, Path):
            object.__setattr__(self, "save", str(self.save))

    def _check_optimizations(self) -> None:
        for way in self.without:
            if way not in OPTIMIZATIONS:
                raise ConfigError(f"without names no optimization {quoted(way)}: {did_you_mean(way, OPTIMIZATIONS)}")

    def _check_specs(self) -> None:
        for name in ("layers", "loss", "optimizer", "metrics"):
            text = getattr(self, name)
            if text is not None:
                parse = parse_pipeline if name in {"layers", "metrics"} else parse_component
                try:
                    parse(text)
                except SpecError as error:
                    raise SpecError(f"{name}: {error}") from None

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Return the configuration that a TOML file holds; what it leaves out stays at its default.

        Raises:
            ConfigError: the file cannot be read, is no TOML, or has an unknown or senseless entry.
        """
        entries = read_toml(Path(path))
        try:
            return cls().updated(entries)
        except (ConfigError, SpecError) as error:
            raise type(error)(f"in {path}: {error}") from None

    def updated(self, entries: dict[str, Any]) -> Self:
        """Return the configuration with some entries replaced; `batch-size` is the same key as `batch_size`.

        Raises:
            ConfigError: a key is unknown, or given twice, or a value is senseless.
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
        return asdict(self) | {"plugin": list(self.plugin), "without": list(self.without)}


@cache
def _annotations() -> dict[str, Any]:
    return get_type_hints(RunConfig)


def _option(name: str) -> str:
    return name.replace("_", "-")
