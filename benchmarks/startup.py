"""`minidl --help` against the help of a two-command hello-world Typer application, as whole processes, in turn.

    python benchmarks/startup.py [PAIRS]

Prints seconds and the ratio, as minimum, median and maximum over the pairs.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HELLO = '''
import typer

app = typer.Typer()


@app.command()
def hello(name: str) -> None:
    """Say hello."""
    print(f"Hello {name}")


@app.command()
def goodbye(name: str, formal: bool = False) -> None:
    """Say goodbye."""
    print(f"Goodbye {name}")


app()
'''


def seconds_of(command: list[str]) -> float:
    """Return the seconds that a process takes."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def main(pairs: int = 15) -> None:
    """Time both in turn, after a warm-up of each, and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "hello.py"
        script.write_text(HELLO)
        commands = [[sys.executable, str(script), "--help"], [str(Path(sys.executable).with_name("minidl")), "--help"]]
        timed = [[seconds_of(command) for command in commands] for _ in range(pairs + 1)][1:]
    rows = {
        "hello world, s": [hello for hello, _ in timed],
        "minidl --help, s": [ours for _, ours in timed],
        "ratio": [ours / hello for hello, ours in timed],
    }
    print(f"{'':20}{'min':>8}{'median':>8}{'max':>8}")
    for name, values in rows.items():
        print(f"{name:20}{min(values):8.3f}{statistics.median(values):8.3f}{max(values):8.3f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
