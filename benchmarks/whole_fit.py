"""Whole calls of `fit`: evaluation after each epoch, hooks and reports included, and the first call of all."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from functools import partial

import repeats
from timing import Row, measure_pairs

import minidl
from minidl_core.threads import using_threads

EPOCHS = 400
TORCH_EPOCHS = 20

COLD = """
import minidl

minidl.fit("3*(linear:25,relu),linear:2", "disk", engine="{engine}")
"""


def row(pairs: int) -> Row:
    """Return the milliseconds of an epoch of the standard test, evaluation included, measured alternately."""
    with using_threads(1):
        timed = measure_pairs(torch_epoch, minidl_epoch, pairs)
    return Row(f"standard test, an epoch of {EPOCHS} within the whole of `fit`, evaluation included", 60, "ms", timed)


def minidl_epoch() -> float:
    """Return the milliseconds of an epoch of a whole `fit`."""
    started = time.perf_counter()
    minidl.fit(repeats.LAYERS, "disk", epochs=EPOCHS, engine="native")
    return 1e3 * (time.perf_counter() - started) / EPOCHS


def torch_epoch() -> float:
    """Return the milliseconds of an epoch of PyTorch's training, with the scores of all samples after each epoch."""
    started = time.perf_counter()
    repeats.train_torch(0, TORCH_EPOCHS)
    return 1e3 * (time.perf_counter() - started) / TORCH_EPOCHS


def cold_row(pairs: int) -> Row:
    """Return the seconds of the first `fit` of the standard test on a machine: in Python, and compiled for it."""
    timed = measure_pairs(partial(first_fit, "python"), partial(first_fit, "native"), pairs)
    return Row("the first `fit` ever of the standard test, against the python engine", 1.3, "s", timed, at_most=True)


def first_fit(engine: str) -> float:
    """Return the seconds of a process that imports minidl and calls `fit` once, without any stored object."""
    with tempfile.TemporaryDirectory() as cache:
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", COLD.format(engine=engine)],
            check=True,
            capture_output=True,
            env=os.environ | {"XDG_CACHE_HOME": cache},
        )
        return time.perf_counter() - started
