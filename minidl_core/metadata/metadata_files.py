"""Files of a distribution's metadata, read within bounds: none of them can make minidl wait, fail or run out of memory.

`importlib.metadata` waits for ever at a pipe, and passes most errors of the operating system on.
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
"""Bytes that a file of metadata may have, and the part of it that comes before a description."""

BYTE_ORDER_MARK = "\ufeff"
"""What some editors put before a text."""


def installed(**criteria: Any) -> Iterator[Distribution]:
    """Yield the distributions on the import path, in its order; those of one folder in no order that means anything.

    What pip leaves behind when it is interrupted, as `~cme-1.0.dist-info`, is passed over, as by pip.

    Args:
        criteria: what to look for, as the `name`; by default, all distributions.
    """
    for entry in sys.path:
        try:
            found = list(distributions(path=[entry], **criteria)) if isinstance(entry, str) else []
        except Exception:  # noqa: BLE001, S112 - imports pass over what is no path too
            continue
        for metadata in found:
            folder = os.path.basename(str(getattr(metadata, "_path", "")))  # noqa: PTH119 - a tenth of the time
            if not folder.startswith("~"):
                yield metadata


def read_entry_points(metadata: Distribution) -> str | None:
    """Return the text of `entry_points.txt`, or None where there is none.

    Raises:
        PluginError: it cannot be read, in words that follow the distribution's name.
    """
    content = read_file(metadata, "entry_points.txt")
    return None if content is None else _text(content, "entry_points.txt")


def read_header(metadata: Distribution) -> Message:
    """Return the fields of the metadata that come before the description, which may be long.

    Raises:
        PluginError: they cannot be read, or say no name; in words that follow the distribution's name.
    """
    for name in ("METADATA", "PKG-INFO"):
        if content := read_file(metadata, name):
            fields = _text(content.replace(b"\r\n", b"\n").partition(b"\n\n")[0], name)
            header = HeaderParser().parsestr(fields.removeprefix(BYTE_ORDER_MARK))
            if "Name" in header:
                return header
    raise PluginError("its metadata lacks 'Name'")


def read_file(metadata: Distribution, name: str) -> bytes | None:
    """Return what a file of the metadata holds, up to a little more than the longest that is read; None without one.

    Raises:
        PluginError: it cannot be read, in words that follow the distribution's name.
    """
    folder = getattr(metadata, "_path", None)
    try:
        if isinstance(folder, Path):
            return _of_regular_file(os.path.join(folder, name))  # noqa: PTH118 - likewise
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
    except Exception as error:  # noqa: BLE001 - damaged zip files raise many kinds
        raise PluginError(f"its {name} cannot be read: {describe_exception(error)}") from None


def _of_regular_file(path: str) -> bytes:
    with open(path, "rb", opener=_without_waiting) as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise OSError(None, "it is no regular file")
        return file.read(min(about.st_size, LONGEST) + 1)


def _without_waiting(path: str, flags: int) -> int:
    """Open a file, and do not wait where it is a pipe that nobody writes to."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _text(content: bytes, name: str) -> str:
    """Return what a file holds as a text with plain line ends.

    Raises:
        PluginError: it is too long, or no text.
    """
    if len(content) > LONGEST:
        raise PluginError(f"its {name} is longer than {LONGEST:,} bytes")
    if b"\0" in content:  # UTF-16, for example
        raise PluginError(f"its {name} is no UTF-8 text")
    try:
        return content.decode().replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise PluginError(f"its {name} is no UTF-8 text") from None
