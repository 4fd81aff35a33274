"""Advice for an unknown option: options of other programs, settings and names of parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote

from minidl_core.errors import SpecError
from minidl_core.registry import Entry, Setting, default_registry, read_definition
from minidl_core.spec import Argument, ComponentSpec, parse_component

RENAMED = {
    "batch": "batch-size",
    "batch_size": "batch-size",
    "batches": "batch-size",
    "bs": "batch-size",
    "criterion": "loss",
    "loss_function": "loss",
    "max_epochs": "epochs",
    "n_epochs": "epochs",
    "num_epochs": "epochs",
    "n_repeats": "repeats",
    "runs": "repeats",
    "opt": "optimizer",
    "random_seed": "seed",
    "random_state": "seed",
    "jobs": "threads",
    "n_jobs": "threads",
    "num_threads": "threads",
    "workers": "threads",
    "num_workers": "threads",
    "output": "save",
    "out": "save",
    "checkpoint": "save",
    "save_path": "save",
    "precision": "dtype",
    "scoring": "metrics",
}
"""Options that have another name in minidl."""

SETTINGS = {
    "learning_rate": "lr",
    "eta": "lr",
    "wd": "weight_decay",
    "l2": "weight_decay",
    "label": "target",
    "target_column": "target",
    "test_size": "test_share",
    "test_split": "test_share",
    "val_split": "test_share",
    "validation_split": "test_share",
    "sep": "separator",
    "delimiter": "separator",
}
"""Settings of parts that have another name in minidl."""

NETWORK = {"model", "network", "net", "arch", "architecture", "num_layers", "n_layers", "depth", "activation"}
WIDTH = {"hidden", "hidden_size", "hidden_sizes", "hidden_units", "hidden_dim", "hidden_layers", "units", "width"}
GRAPHICS = {"gpu", "gpus", "cuda", "use_cuda"}
VERBOSE = {"verbose", "v", "verbosity", "progress"}
QUIET = {"quiet", "q", "silent"}
FILES = {"dataset", "file", "input", "csv", "train", "train_file", "train_data"}
OPTIONS = {"optimizer": "optimizer", "dataset": "data", "loss": "loss", "layer": "layers", "metric": "metrics"}
"""The option for parts of each kind, in the order in which settings are looked up."""

TABLES = (".csv", ".tsv", ".parquet", ".ndjson", ".jsonl", ".gz")


def advice(option: str, words: Sequence[str]) -> str | None:
    """Return what to write instead of an unknown option, or None if that is unknown.

    Args:
        option: the option as written, such as `--lr` or `--lr=0.1`.
        words: the whole command line.
    """
    value = _value(option, words)
    key = option.partition("=")[0].lstrip("-").replace("-", "_").lower()
    if key in RENAMED:
        return f"write --{RENAMED[key]} {quote(value or 'VALUE')}"
    return _known(key, value) or _setting(SETTINGS.get(key, key), value, words) or _part(key, value)


def _value(option: str, words: Sequence[str]) -> str:
    """Return the value of an option on the command line, or an empty text."""
    _, equals, value = option.partition("=")
    places = [place for place, word in enumerate(words) if word.partition("=")[0] == option.partition("=")[0]]
    if equals or not places:
        return value
    _, equals, value = words[places[0]].partition("=")
    following = words[places[0] + 1 : places[0] + 2]
    return value if equals else next((word for word in following if not word.startswith("--")), "")


def _known(key: str, value: str) -> str | None:
    """Return the advice for a common option that minidl expresses differently."""
    is_file = value.lower().endswith(TABLES) or not value
    width = value if value.isdecimal() else "25"
    data = f"table:{value or 'FILE'}:target=COLUMN" if is_file else value
    advice = (
        ({"h"}, "write --help"),
        (FILES, f"write --data {quote(data)}"),
        (WIDTH, f"write the layers: --layers linear:{width},relu,linear:2, with one output per target in the last"),
        (NETWORK, "write the layers: --layers '3*(linear:25,relu),linear:2'"),
        (GRAPHICS, f"write --device cuda{f':{value}' if value.isdecimal() else ''}"),
        (VERBOSE, "drop it: progress is always shown"),
        (QUIET, "write --json to print only the result"),
    )
    return next((text for keys, text in advice if key in keys), None)


def _setting(key: str, value: str, words: Sequence[str]) -> str | None:
    """Return the advice for a setting: of the part on the command line, otherwise of the first part that has it."""
    for kind, option in OPTIONS.items():
        chosen = _value(f"--{option}", words)
        owners = dict(_owners(kind, key))
        spec = _chosen(kind, chosen, words, list(owners))
        if spec is not None:
            kept = tuple(argument for argument in spec.arguments if argument.key != key)
            sample = "true" if "bool" in next(iter(owners.values())).annotation else "VALUE"
            named = ComponentSpec(spec.name, (*kept, Argument(value or sample, key)), spec.body)
            return f"{key} is a setting of the {kind} {spec.name}: write --{option} {quote(_placed(kind, str(named)))}"
    return None


def _owners(kind: str, key: str) -> Iterator[tuple[Entry, Setting]]:
    """Yield the parts of a kind that have a setting, with the setting; minidl's usual optimizer first."""
    entries = [entry for entry in default_registry().entries(kind) if entry.status == "ok"]
    for entry in sorted(entries, key=lambda entry: entry.name != "sgd"):
        definition = read_definition(entry)
        for setting in definition.settings if definition else ():
            if setting.name == key:
                yield entry, setting


def _chosen(kind: str, chosen: str, words: Sequence[str], owners: Sequence[Entry]) -> ComponentSpec | None:
    """Return the spec on the command line if its part has the setting, otherwise the first part that has it."""
    try:
        spec = parse_component(chosen)
        if any(owner.matches(spec.name) for owner in owners):
            return spec
    except SpecError:
        pass
    if not owners:
        return None
    if kind == "dataset" and owners[0].name == "table":
        file = next((word for word in words if word.lower().endswith(TABLES)), "FILE")
        return ComponentSpec("table", (Argument(file),))
    return ComponentSpec(owners[0].name)


def _part(key: str, value: str) -> str | None:
    """Return the advice for an option that is the name of a part."""
    for kind, option in OPTIONS.items():
        if any(entry.matches(key) and entry.status == "ok" for entry in default_registry().entries(kind)):
            return f"write --{option} {quote(_placed(kind, f'{key}:{value}' if value else key))}"
    return None


def _placed(kind: str, spec: str) -> str:
    """Return an example spec for the option of a kind; a layer is put in a network."""
    return f"linear:25,{spec},linear:2" if kind == "layer" else spec
