"""The speed of minidl against PyTorch's, case by case, measured alternately in one process.

    benchmarks/run [WORDS]

Prints the processor and the versions, then a table in Markdown; with words, only of the cases whose names contain one.
A ratio is PyTorch's figure divided by minidl's: the median over the pairs of measurements, with its quartiles. Where
the target is an upper bound (≤), the ratio is minidl's figure divided by PyTorch's. The words `jax` and `compile`
measure JAX and `torch.compile` instead of PyTorch's eager mode; both need what they measure, and `compile` a compiler.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import against_compile
import against_jax
import large_table
import processes
import repeats
import steps
import torch
import whole_fit
from timing import HEADING, Row

CASES: dict[str, Callable[[], Row]] = {case.name: partial(steps.row, case) for case in steps.CASES} | {
    "whole fit": partial(whole_fit.row, 5),
    "first fit": partial(whole_fit.cold_row, 5),
    "10 repeats": partial(repeats.row, 10, 80, 5),
    "100 repeats": partial(repeats.row, 100, 80, 3),
    "10 repeats, two threads": partial(repeats.row, 10, 105, 5, threads=2),
    "100 repeats, two threads": partial(repeats.row, 100, 120, 3, threads=2),
    "minidl run": partial(processes.run_row, 9),
    "large table": partial(large_table.row, pairs=3),
    "peak memory": partial(processes.memory_row, 3),
}

OTHERS: dict[str, Callable[[], list[Row]]] = {"jax": against_jax.rows, "compile": against_compile.rows}
"""Tables against other tools than PyTorch's eager mode, by the word that asks for them."""


def main(words: list[str]) -> None:
    """Measure the cases, and print each row as soon as it is measured."""
    for name in [word for word in words if word in OTHERS]:
        print(f"{machine()}\n\n{HEADING.replace('PyTorch', name)}")
        for row in OTHERS[name]():
            print(row.line(), flush=True)
    wanted = [word for word in words if word not in OTHERS]
    if wanted or not words:
        print(f"{machine()}\n\n{HEADING}")
        for name, measure in CASES.items():
            if not wanted or any(word in name for word in wanted):
                print(measure().line(), flush=True)


def machine() -> str:
    """Return the processor, and the versions of Python and PyTorch."""
    return f"{processor()}, Python {platform.python_version()}, PyTorch {torch.__version__}"


def processor() -> str:
    """Return the name of the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0]} ({len(names)} cores)" if names else platform.processor()


if __name__ == "__main__":
    main(sys.argv[1:])
