"""Minidl's speed against PyTorch's, case by case, alternating in one process.

    python benchmarks/speed.py [WORDS]

Prints a table in Markdown; with words, only the cases whose names hold one of them.
"""

from __future__ import annotations

import sys

import steps
from timing import HEADING


def main(words: list[str]) -> None:
    print(HEADING)
    for case in steps.CASES:
        if not words or any(word in case.name for word in words):
            print(steps.row(case).line(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
