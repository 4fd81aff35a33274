"""Commands that read metadata alone, with 200 installed plugins and without, as whole processes, in turn.

    python benchmarks/plugins.py [PAIRS]

Each plugin brings a layer, a hook and a command, in modules that would sleep for a minute if they were imported. Prints
the milliseconds that the plugins add, as minimum, median and maximum over the pairs.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLUGINS = 200

COMMANDS = (["--help"], ["list"], ["list", "layers", "--json"], ["plugins"], ["plugins", "--json"], ["run", "--help"])

ENTRY_POINTS = """[minidl.layers]
layer{number} = plugin{number}.layer:Layer
[minidl.hooks]
hook{number} = plugin{number}.hook
[minidl.commands]
command{number} = plugin{number}.command:command
"""

METADATA = """Metadata-Version: 2.4
Name: plugin{number}
Version: 1.0
Requires-Dist: minidl>=0.1

{description}
"""

SOURCE = '''"""A plugin."""
import time

time.sleep(60)


def command(path: str) -> None:
    """Do what this command does."""
'''


def install_plugins(folder: Path) -> None:
    """Write what `pip install` would leave of the plugins."""
    for number in range(PLUGINS):
        information = folder / f"plugin{number}-1.0.dist-info"
        information.mkdir(parents=True)
        (information / "entry_points.txt").write_text(ENTRY_POINTS.format(number=number))
        (information / "METADATA").write_text(METADATA.format(number=number, description="A readme.\n" * 500))
        package = folder / f"plugin{number}"
        package.mkdir()
        for module in ("__init__", "layer", "hook", "command"):
            (package / f"{module}.py").write_text(SOURCE)


def seconds_of(command: list[str], path: str) -> float:
    """Return the seconds that a process takes with a folder on the import path."""
    environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "100"}
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment, timeout=50)
    return time.perf_counter() - started


def main(pairs: int = 9) -> None:
    """Time each command in turn, after a warm-up, and print the figures."""
    program = str(Path(sys.executable).with_name("minidl"))
    print(f"{'added by ' + str(PLUGINS) + ' plugins, ms':32}{'min':>8}{'median':>8}{'max':>8}{'without':>10}")
    with tempfile.TemporaryDirectory() as with_plugins, tempfile.TemporaryDirectory() as without:
        install_plugins(Path(with_plugins))
        for words in COMMANDS:
            command = [program, *words]
            timed = [[1000 * seconds_of(command, path) for path in (with_plugins, without)] for _ in range(pairs + 1)]
            added = [more - less for more, less in timed[1:]]
            plain = statistics.median(less for _, less in timed[1:])
            row = f"{min(added):8.0f}{statistics.median(added):8.0f}{max(added):8.0f}{plain:10.0f}"
            print(f"{'minidl ' + ' '.join(words):32}{row}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
