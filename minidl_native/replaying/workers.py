"""Runs compiled code for many runs, on several threads."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait

import torch

from minidl_native.compiling.compiled_program import CompiledProgram


class Workers:
    """Threads that run compiled code for a share of the runs each, without Python in between.

    Args:
        threads: the number of threads.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def run(self, program: CompiledProgram, tables: Sequence[int], steps: int) -> list[int]:
        """Take steps of several runs, and return the number of complete steps of each.

        Args:
            program: the compiled code.
            tables: the addresses of the tables of the runs.
            steps: the number of steps.
        """
        if self._pool is None or len(tables) == 1:
            return program.run_all(tables, steps)
        size = -(-len(tables) // self.threads)
        shares = [tables[start : start + size] for start in range(0, len(tables), size)]
        running = [self._pool.submit(_run, program, share, steps) for share in shares]
        try:
            return [count for one in running for count in one.result()]
        finally:  # also if Ctrl-C interrupts: nobody may look at memory that is being written
            wait(running)


def _run(program: CompiledProgram, tables: Sequence[int], steps: int) -> list[int]:
    with torch.inference_mode():  # of this thread, for operations that PyTorch runs
        return program.run_all(tables, steps)
