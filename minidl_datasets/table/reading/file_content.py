"""Reads the bytes of a file, and reports files that cannot be read."""

from __future__ import annotations

import gzip
import re
import stat
import zlib
from pathlib import Path

from minidl_core import DataError

BOM = b"\xef\xbb\xbf"
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/+[^/]")
COMPRESSED = ".gz"

SPREADSHEET_HINT = " (in a spreadsheet: as 'CSV UTF-8')"
"""How to save a table as UTF-8."""


def read_content(path: Path) -> bytes:
    """Return the bytes of a file, without a byte order mark; a file that ends in .gz is decompressed.

    Raises:
        DataError: the file cannot be read, or is empty.
    """
    try:
        content = path.read_bytes()
        if path.suffix.lower() == COMPRESSED:
            content = gzip.decompress(content)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(
            f"{path} is not a complete gzip file ({error}): compress it again, or decompress it first"
        ) from None
    except OSError as error:
        raise read_error(path, error) from None
    if not content:
        raise _empty(path)
    return content.removeprefix(BOM)


def read_text_content(path: Path) -> bytes:
    """Return the bytes of a text file, after a quick check that they may be UTF-8.

    Raises:
        DataError: the file cannot be read, or is clearly in another encoding.
    """
    content = read_content(path)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{path} is UTF-16 text: save it as UTF-8{SPREADSHEET_HINT}")
    if (nul := content.find(b"\0")) >= 0:
        line = content.count(b"\n", 0, nul) + 1
        raise DataError(
            f"{path}: line {line} contains a NUL byte, so this is not UTF-8 text: save it as UTF-8{SPREADSHEET_HINT}"
        )
    return content


def read_error(path: Path, error: OSError) -> DataError:
    """Return the error that the system does not let a file be read."""
    return DataError(f"{path} cannot be read: {error.strerror or error}")


def encoding_error(path: Path, content: bytes, lines_before: int = 0) -> DataError:
    """Return the error that names the first byte of a file that is not UTF-8."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = lines_before + content.count(b"\n", 0, error.start) + 1
        return DataError(
            f"{path} is not UTF-8 text (line {line} contains the byte 0x{content[error.start]:02x}): "
            f"save it as UTF-8{SPREADSHEET_HINT}"
        )
    return DataError(f"{path} is not UTF-8 text: save it as UTF-8{SPREADSHEET_HINT}")


def check_path(path: Path) -> None:
    """Check that a path names a file that is not empty.

    Raises:
        DataError: it does not.
    """
    if ADDRESS.match(str(path)):
        address = re.sub(":/+", "://", str(path), count=1)
        raise DataError(f"{address} is a web address: download the file and give its path")
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(f"{path} does not exist: give the path of a table, relative to {Path.cwd()}") from None
    except ValueError:
        raise DataError(
            f"{str(path)!r} is not a path, because it contains a NUL character: give the path of a table"
        ) from None
    except OSError as error:
        raise read_error(path, error) from None
    if stat.S_ISDIR(status.st_mode):
        raise DataError(f"{path} is a directory: give the path of one file in it")
    if not stat.S_ISREG(status.st_mode):
        raise DataError(f"{path} is not a regular file: save the table to a file and give its path")
    if not status.st_size:
        raise _empty(path)


def _empty(path: Path) -> DataError:
    return DataError(f"{path} is empty: give a table with column names and rows")
