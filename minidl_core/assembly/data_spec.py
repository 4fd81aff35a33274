"""Errors for paths of files in specifications of data: in place of a dataset, or without the quotes they need."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from minidl_core.errors import InputError, SpecError, UnknownNameError
from minidl_core.quoting import shortened
from minidl_core.registry import default_registry
from minidl_core.spec import Argument, parse_component

DATASET_OF_FILES = re.compile(
    r"""([\w./-]+):((?:[A-Za-z][\w+.-]*:(?=[\\/]))?[^"':]*\.\w+)((?::[A-Za-z_][\w-]*=.*)?)""", re.DOTALL
)
"""The name of a dataset, the path of a file (or a URL) without quotes, and settings."""

SETTINGS = re.compile(r":[A-Za-z_][\w-]*=.*", re.DOTALL)
"""The settings after a path."""


def check_data_spec(text: str) -> None:
    """Check that a specification of data does not contain a path in place of a dataset, or one that needs quotes.

    Raises:
        InputError: it does; the message shows how to write it.
    """
    try:
        known = _is_dataset(parse_component(text).name)
    except SpecError as error:
        raise _with_quotes(text, error) from None
    if not known and _is_a_file(text):
        raise _as_table(text)


def _with_quotes(text: str, error: SpecError) -> InputError:
    """Return an error that shows the path in quotes if these are missing, else the error itself."""
    found = DATASET_OF_FILES.fullmatch(text)
    if found is None:
        return _as_table(text) if _is_a_file(text) and not _is_dataset(text.partition(":")[0]) else error
    written = f"{found[1]}:{Argument(found[2])}{found[3]}"
    try:
        known = _is_dataset(parse_component(written).name)
    except SpecError:
        known = False
    if not known:
        return error
    return InputError(
        f"the path '{shortened(found[2], 200)}' contains one of , ( ) = and needs quotes: --data {shlex.quote(written)}"
    )


def _as_table(text: str) -> InputError:
    found = SETTINGS.search(text)
    path, settings = (text[: found.start()], found[0]) if found else (text, ":target=COLUMN")
    written = f"table:{Argument(path)}{settings}"
    written = shlex.quote(written) if '"' in written else written
    return InputError(f"'{shortened(path, 200)}' is not a dataset; to train on a file, write {shortened(written, 250)}")


def _is_dataset(name: str) -> bool:
    try:
        default_registry().find("dataset", name)
    except UnknownNameError:
        return False
    return True


def _is_a_file(text: str) -> bool:
    """Whether a text looks like a path or is one."""
    path = Path(text.partition(":")[0])
    return path.suffix != "" or "/" in text or "\\" in text or os.path.exists(path)  # noqa: PTH110 - it never raises
