"""Commands that only read metadata, with 200 installed plugins and without, as whole processes, alternately.

    python benchmarks/plugins.py [PAIRS]

Each plugin declares a layer, a hook and a command, in modules that would sleep for a minute if they were imported.
Prints the milliseconds that the plugins add: minimum, median and maximum over the pairs.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path

from timing import measure_pairs, process_seconds

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
    """Do nothing."""
'''


def install_plugins(folder: Path) -> None:
    """Write the files that `pip install` would write for the plugins."""
    for number in range(PLUGINS):
        information = folder / f"plugin{number}-1.0.dist-info"
        information.mkdir(parents=True)
        (information / "entry_points.txt").write_text(ENTRY_POINTS.format(number=number))
        (information / "METADATA").write_text(METADATA.format(number=number, description="A readme.\n" * 500))
        package = folder / f"plugin{number}"
        package.mkdir()
        for module in ("__init__", "layer", "hook", "command"):
            (package / f"{module}.py").write_text(SOURCE)


def main(pairs: int = 9) -> None:
    """Measure each command with plugins and without, after a warm-up, and print the figures."""
    program = str(Path(sys.executable).with_name("minidl"))
    print(f"{'added by ' + str(PLUGINS) + ' plugins, ms':32}{'min':>8}{'median':>8}{'max':>8}{'without':>10}")
    with tempfile.TemporaryDirectory() as with_plugins, tempfile.TemporaryDirectory() as without:
        install_plugins(Path(with_plugins))
        for words in COMMANDS:
            command = [program, *words]
            more, less = (partial(process_seconds, *command, PYTHONPATH=path) for path in (with_plugins, without))
            timed = measure_pairs(more, less, pairs)
            added = [1000 * (more - less) for more, less in timed]
            plain = 1000 * statistics.median(less for _, less in timed)
            row = f"{min(added):8.0f}{statistics.median(added):8.0f}{max(added):8.0f}{plain:10.0f}"
            print(f"{'minidl ' + ' '.join(words):32}{row}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
