"""Read the metadata files of distributions safely: without blocking, crashing or running out of memory.

`importlib.metadata` blocks on a pipe and does not catch most errors of the operating system.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from minidl_core.errors import PluginError, describe_exception

LONGEST = 1_000_000
"""Maximum size in bytes of a metadata file, or of the fields before its description."""

BYTE_ORDER_MARK = "\ufeff"
"""The byte order mark that some editors write at the start of a text."""


def installed(**criteria: Any) -> Iterator[Distribution]:
    """Yield the distributions on the import path in its order; those of one folder come in arbitrary order.

    Remains of an interrupted pip, such as `~cme-1.0.dist-info`, are ignored, as by pip.

    Args:
        criteria: criteria such as the `name`; by default, all distributions.
    """
    for entry in sys.path:
        try:
            found = list(distributions(path=[entry], **criteria)) if isinstance(entry, str) else []
        except Exception:  # noqa: BLE001, S112 - imports ignore invalid paths too
            continue
        for metadata in found:
            folder = os.path.basename(str(getattr(metadata, "_path", "")))  # noqa: PTH119 - ten times faster
            if not folder.startswith("~"):
                yield metadata


def read_entry_points(metadata: Distribution) -> str | None:
    """Return the text of `entry_points.txt`, or None if it is missing.

    Raises:
        PluginError: it cannot be read; the message is a clause to follow the distribution's name.
    """
    content = read_file(metadata, "entry_points.txt")
    return None if content is None else _text(content, "entry_points.txt")


def read_header(metadata: Distribution) -> Message:
    """Return the fields of the metadata without the description, which may be long.

    Raises:
        PluginError: they cannot be read or lack the name; the message is a clause to follow the distribution's name.
    """
    for name in ("METADATA", "PKG-INFO"):
        if content := read_file(metadata, name):
            fields = _text(content.replace(b"\r\n", b"\n").partition(b"\n\n")[0], name)
            header = HeaderParser().parsestr(fields.removeprefix(BYTE_ORDER_MARK))
            if "Name" in header:
                return header
    raise PluginError("its metadata lacks 'Name'")


def read_file(metadata: Distribution, name: str) -> bytes | None:
    """Return the content of a metadata file, up to just over the maximum size; None if it is missing.

    Raises:
        PluginError: it cannot be read; the message is a clause to follow the distribution's name.
    """
    folder = getattr(metadata, "_path", None)
    try:
        if isinstance(folder, Path):
            return _of_regular_file(os.path.join(folder, name))  # noqa: PTH118 - faster than pathlib
        if folder is not None:  # in a zip file
            with folder.joinpath(name).open("rb") as file:
                content: bytes = file.read(LONGEST + 1)
                return content
        text = metadata.read_text(name)
        return None if text is None else text.encode()
    except (FileNotFoundError, NotADirectoryError, KeyError):
        return None
    except OSError as error:
        raise PluginError(f"its {name} cannot be read: {error.strerror or describe_exception(error)}") from None
    except Exception as error:  # noqa: BLE001 - damaged zip files raise many types
        raise PluginError(f"its {name} cannot be read: {describe_exception(error)}") from None


def _of_regular_file(path: str) -> bytes:
    with open(path, "rb", opener=_without_waiting) as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise OSError(None, "it is not a regular file")
        return file.read(min(about.st_size, LONGEST) + 1)


def _without_waiting(path: str, flags: int) -> int:
    """Open a file without blocking, even if it is a pipe that nobody writes to."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _text(content: bytes, name: str) -> str:
    """Decode the content of a file, with line ends normalized.

    Raises:
        PluginError: it is too long or not UTF-8 text.
    """
    if len(content) > LONGEST:
        raise PluginError(f"its {name} is longer than {LONGEST:,} bytes")
    if b"\0" in content:  # UTF-16, for example
        raise PluginError(f"its {name} is not UTF-8 text")
    try:
        return content.decode().replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise PluginError(f"its {name} is not UTF-8 text") from None
