"""Read the user's policy for plugins from the configuration file and the environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from minidl_core.errors import ConfigError
from minidl_core.quoting import quoted
from minidl_core.registry.plugin_policy import Policy
from minidl_core.suggestions import did_you_mean
from minidl_core.toml_file import read_toml

TRUE, FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


def load_policy() -> Policy:
    """Return the policy of the user's configuration file, combined with that of the environment.

    Raises:
        ConfigError: one of them is invalid.
    """
    return policy_of_file(user_file()) | policy_of_environment(os.environ)


def policy_of_environment(environment: Mapping[str, str]) -> Policy:
    """Return the policy of `MINIDL_BLOCK`, `MINIDL_PREFER`, `MINIDL_NO_PLUGINS` and `MINIDL_STRICT`.

    Raises:
        ConfigError: one of the last two is neither true nor false.
    """
    block, prefer = (
        dict.fromkeys(split_names(environment.get(key, "")), key) for key in ("MINIDL_BLOCK", "MINIDL_PREFER")
    )
    own_only, strict = (
        key if _is_true(key, environment.get(key, "")) else "" for key in ("MINIDL_NO_PLUGINS", "MINIDL_STRICT")
    )
    return Policy(block, prefer, own_only, strict)


def policy_of_file(path: Path) -> Policy:
    """Return the policy in the table `plugins` of a TOML file; an empty one if there is no file.

    Raises:
        ConfigError: the file cannot be read, is not TOML, or has an unknown or invalid entry.
    """
    if not os.path.lexists(path):
        return Policy()
    written = read_toml(path, "minidl's configuration file")
    _check_keys(path, written, ["plugins"])
    table = written.get("plugins", {})
    if not isinstance(table, dict):
        raise ConfigError(f"in {path}: plugins must be a table, [plugins], not {quoted(table)}")
    entries = {key.replace("-", "_"): value for key, value in table.items()}
    _check_keys(path, entries, ["block", "prefer", "no_plugins", "strict"])
    block, prefer = (_names(path, key, entries.get(key, [])) for key in ("block", "prefer"))
    own_only, strict = (_switch(path, key, entries.get(key, False)) for key in ("no_plugins", "strict"))
    return Policy(block, prefer, own_only, strict, shared=frozenset([*block.values(), *prefer.values()]))


def user_file() -> Path:
    """Return the path of the user's configuration file: `MINIDL_CONFIG`, or `config.toml` in the user's folder.

    Raises:
        ConfigError: `MINIDL_CONFIG` names a file that does not exist.
    """
    if named := os.environ.get("MINIDL_CONFIG"):
        if not os.path.exists(named):  # noqa: PTH110 - Path.exists raises an OSError if the name is too long
            raise ConfigError(f"MINIDL_CONFIG names {named}, which does not exist")
        return Path(named)
    from platformdirs import user_config_path  # noqa: PLC0415 - not needed if the environment names the file

    return user_config_path("minidl", appauthor=False) / "config.toml"


def split_names(text: str) -> list[str]:
    """Return the names in a text, separated by commas or spaces."""
    return text.replace(",", " ").split()


def _is_true(key: str, value: str) -> bool:
    if value.strip().lower() not in TRUE | FALSE:
        raise ConfigError(f"the environment variable {key} must be true or false, not {quoted(value)}")
    return value.strip().lower() in TRUE


def _check_keys(path: Path, written: Iterable[str], known: list[str]) -> None:
    for key in written:
        if key not in known:
            raise ConfigError(f"in {path}: there is no entry {quoted(key)}: {did_you_mean(key, known)}")


def _names(path: Path, key: str, value: Any) -> dict[str, str]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ConfigError(f'in {path}: {key} must be a list of names, such as ["acme"], not {quoted(value)}')
    return dict.fromkeys(names, f"{key} in {path}")


def _switch(path: Path, key: str, value: Any) -> str:
    if not isinstance(value, bool):
        raise ConfigError(f"in {path}: {key} must be true or false, not {quoted(value)}")
    return f"{key} in {path}" if value else ""
