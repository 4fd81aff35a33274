"""Draws the figures of a comparison to files."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from minidl_core import InputError, RunError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from minidl_compare.comparison_result import Comparison

FORMATS = ("png", "svg")

MATPLOTLIB = "matplotlib>=3.8"
"""The requirement of the extra `compare`; given itself, for pip finds the extra only if minidl is on an index."""

TEMPORARY = ".figures-"
"""The prefix of the names of temporary folders."""

MOST_POINTS = 1_000_000
"""The largest dataset in the figure of times."""


def check_drawing(folder: Path, form: str) -> None:
    """Check, before training, that figures can be written to a folder.

    Raises:
        InputError: they cannot.
    """
    if form not in FORMATS:
        raise InputError(f"the format of figures must be {' or '.join(FORMATS)}, not {form!r}: write --format png")
    if find_spec("matplotlib") is None:
        raise InputError(f"figures need matplotlib, which is not installed: pip install '{MATPLOTLIB}'")
    try:
        problem = _problem(folder, form)
    except (OSError, ValueError) as error:  # an invalid name, or a folder without write permission
        problem = str(getattr(error, "strerror", None) or error)
    if problem:
        raise InputError(f"figures cannot be written to {folder}: {problem}")


def _problem(folder: Path, form: str) -> str:
    """Return why figures cannot be written to a folder that exists or can be made, or an empty text."""
    try:
        folder.lstat()
    except (FileNotFoundError, NotADirectoryError):
        parent = folder.absolute().parent
    else:
        parent = folder
    if not parent.is_dir():
        return f"{parent} is not a directory; name another, or make it first"
    if taken := [path for path in folder.glob(f"figure-*.{form}") if path.is_dir()]:
        return f"{taken[0]} is a directory"
    with tempfile.TemporaryDirectory(dir=parent, prefix=TEMPORARY):  # permission bits do not show every reason
        return ""


def draw(result: Comparison, folder: Path, form: str = "png") -> list[Path]:
    """Draw all figures that the comparison has numbers for; return their paths.

    The folder is made if it does not exist. Either all files are written completely, or none.

    Raises:
        InputError: figures cannot be written to the folder.
        RunError: writing failed, for example because the disk is full.
    """
    check_drawing(folder, form)
    from matplotlib import rc_context  # noqa: PLC0415 - slow to import, and optional

    from minidl_compare.figures.figures import figures_of  # noqa: PLC0415 - imports matplotlib
    from minidl_compare.figures.style import STYLE  # noqa: PLC0415 - only for drawing

    with rc_context(STYLE):
        files = {f"{name}.{form}": _bytes(figure, form) for name, figure in figures_of(result).items()}
    is_new = not folder.exists()
    try:
        folder.mkdir(exist_ok=True)
        return _write(folder, files)
    except OSError as error:
        raise RunError(f"figures could not be written to {folder}: {error.strerror or error}") from None
    finally:
        if is_new and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _bytes(figure: Figure, form: str) -> bytes:
    with BytesIO() as file:
        figure.savefig(file, format=form, metadata={"Date": None} if form == "svg" else {})
        return file.getvalue()


def _write(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write all files under temporary names, then rename them."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=TEMPORARY) as temporary:
        for name, content in files.items():
            (Path(temporary) / name).write_bytes(content)
        return [(Path(temporary) / name).replace(folder / name) for name in files]
