"""Read a TOML file, with errors for anything that is not one."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

from minidl_core.errors import ConfigError

MOST_BYTES = 100_000
"""Maximum size: no configuration is larger, and a device such as /dev/zero never ends."""


def read_toml(path: Path, what: str = "the configuration") -> dict[str, Any]:
    """Return the entries of a TOML file; error messages call it `what`.

    Raises:
        ConfigError: the file cannot be read, is too large, or is not TOML.
    """
    try:
        content = _read(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"{what} {path} cannot be read: {reason}") from None
    if len(content) > MOST_BYTES:
        raise ConfigError(f"{what} {path} has more than {MOST_BYTES:,} bytes{_hint(path)}")
    try:
        return tomllib.loads(content.decode().replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{what} {path} is not UTF-8 text: {error.reason}; save it as UTF-8") from None
    except RecursionError:
        raise ConfigError(f"{what} {path} is nested too deeply: entries are texts, numbers and lists") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{what} {path} is not valid TOML: {error}{_hint(path)}") from None
    except ValueError:  # Python refuses numbers of thousands of digits
        raise ConfigError(f"{what} {path} has a number with too many digits") from None


def _read(path: Path) -> bytes:
    """Return the file's content up to the limit; the pipe of `<(…)` is read, a named pipe is refused."""
    if stat.S_ISFIFO(path.stat().st_mode) and Path(os.path.realpath(path)).exists():
        raise ValueError("it is a named pipe")
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _hint(path: Path) -> str:
    return "" if path.suffix == ".toml" else f"; to train on a table, write --data table:{path}:target=COLUMN"
