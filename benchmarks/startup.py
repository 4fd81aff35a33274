"""`minidl --help` against the help of a Typer application with two commands, as whole processes, alternately.

    python benchmarks/startup.py [PAIRS]

Prints the seconds of both and their ratio: minimum, median and maximum over the pairs.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path

from timing import measure_pairs, process_seconds

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


def main(pairs: int = 15) -> None:
    """Measure both, after a warm-up, and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "hello.py"
        script.write_text(HELLO)
        minidl = str(Path(sys.executable).with_name("minidl"))
        hello = partial(process_seconds, sys.executable, str(script), "--help")
        timed = measure_pairs(hello, partial(process_seconds, minidl, "--help"), pairs)
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
