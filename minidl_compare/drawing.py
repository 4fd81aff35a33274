"""The figures of a comparison as files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from minidl_core import InputError, RunError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from minidl_compare.comparison import Comparison

FORMATS = ("png", "svg")

MATPLOTLIB = "matplotlib>=3.8"
"""What the extra `compare` brings; named itself, for the extra is found by pip only where minidl came from an index."""

MOST_POINTS = 1_000_000
"""The largest dataset that the figure of times has."""


def check_drawing(folder: Path, form: str) -> None:
    """Check that figures can be drawn there, before work is done that would be lost.

    Raises:
        InputError: they cannot.
    """
    if form not in FORMATS:
        raise InputError(f"figures are drawn as {' or '.join(FORMATS)}, not {form!r}: write --format png, say")
    if find_spec("matplotlib") is None:
        raise InputError(f"figures need matplotlib, which is not installed: pip install '{MATPLOTLIB}'")
    parent = folder if folder.exists() else folder.absolute().parent
    if not parent.is_dir():
        raise InputError(f"figures cannot go to {folder}: {parent} is no directory; give one, or make it first")
    if not os.access(parent, os.W_OK):
        raise InputError(f"figures cannot go to {folder}: {parent} is not writable")


def draw(result: Comparison, folder: Path, form: str = "png") -> list[Path]:
    """Draw all figures that the comparison has numbers for; return their paths.

    The folder is made if it is not there. Either all files are written, each whole, or none.

    Raises:
        InputError: they cannot go there.
        RunError: they could not be written, for lack of space, say.
    """
    check_drawing(folder, form)
    from matplotlib import rc_context  # noqa: PLC0415 - heavy, and an option

    from minidl_compare.figures import figures_of  # noqa: PLC0415 - likewise
    from minidl_compare.style import STYLE  # noqa: PLC0415 - likewise

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
    """Write all files under temporary names, and rename them once all are there."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".figures-") as temporary:
        for name, content in files.items():
            (Path(temporary) / name).write_bytes(content)
        return [(Path(temporary) / name).replace(folder / name) for name in files]
