"""The speed of minidl against PyTorch's, case by case, measured alternately in one process.

    benchmarks/run [WORDS]

Prints the processor and the versions, then a table in Markdown; with words, only of the cases whose names contain one.
A ratio is PyTorch's figure divided by minidl's: the median over the pairs of measurements, with its quartiles. Where
the target is an upper bound (≤), the ratio is minidl's figure divided by PyTorch's.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import large_table
import processes
import repeats
import steps
import torch
from timing import HEADING, Row

CASES: dict[str, Callable[[], Row]] = {case.name: partial(steps.row, case) for case in steps.CASES} | {
    **{f"products, {case.name}": partial(steps.products_row, case) for case in steps.CASES if "1000, " in case.name},
    "10 repeats": partial(repeats.row, 10, 25, 5),
    "100 repeats": partial(repeats.row, 100, 50, 3),
    "minidl run": partial(processes.run_row, 7),
    "large table": partial(large_table.row, pairs=3),
    "peak memory": partial(processes.memory_row, 3),
}


def main(words: list[str]) -> None:
    """Measure the cases, and print each row as soon as it is measured."""
    print(f"{processor()}, Python {platform.python_version()}, PyTorch {torch.__version__}\n\n{HEADING}")
    for name, row in CASES.items():
        if not words or any(word in name for word in words):
            print(row().line(), flush=True)


def processor() -> str:
    """Return the name of the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0]} ({len(names)} cores)" if names else platform.processor()


if __name__ == "__main__":
    main(sys.argv[1:])
