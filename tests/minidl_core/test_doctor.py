"""Plugins are imported in a separate process, and broken ones are reported with their errors."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from minidl_core.doctor import examine
from minidl_core.registry import PluginDistribution
from tests.support.site_packages import LAYER, Site

GOOD = LAYER.format(name="Good")

ENGINE = """
from minidl_core import Engine
class Fast(Engine):
    @classmethod
    def unavailable(cls):
        return "it needs another processor"
class Remarkable(Engine):
    @classmethod
    def remarks(cls):
        return ["it stores files", "and they are large"]
class Failing(Engine):
    @classmethod
    def remarks(cls):
        1 / 0
"""

TIME_RUNS_OUT = """
import threading
for thread in threading.enumerate():
    if isinstance(thread, threading.Timer):
        thread.function(*thread.args)
"""
"""A module whose import fires the doctor's timer, so that the test need not wait for it."""


def verdicts(distributions: list[PluginDistribution]) -> dict[str, str]:
    return {
        f"{entry.kind} {entry.name}": f"{entry.status} {entry.reason}".strip()
        for distribution in distributions
        for entry in distribution.entries
    }


@pytest.mark.slow
def test_broken_parts_are_reported_and_the_rest_is_examined(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "json.py").write_text("raise SystemError('run from the working directory')")
    modules = {
        "plug_good": GOOD,
        "plug_missing": "import nowhere_at_all",
        "plug_exits": "import os; os._exit(7)",
        "plug_late": TIME_RUNS_OUT,
        "plug_leaves": "import sys; sys.exit(0)",
        "plug_prints": "print('{}'); import os; os.write(1, b'noise')\n" + GOOD,
        "plug_wrong": "Good = 3",
        "plug_forks": "import os, time\nif not os.fork(): time.sleep(20)\n" + GOOD,
        "plug_doubles": "import os\nos.fork()\n" + GOOD,
        "plug_shy": "class Shy(Exception):\n    def __str__(self): 1 / 0\nraise Shy",
        "plug_hook": "import minidl_core as minidl\n@minidl.hookimpl\ndef minidl_run_startd(run): ...\n",
        "plug_command": "Good = 3",
        "plug_engine": ENGINE,
        "plug_thread": "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start()\n" + GOOD,
    }
    for name, source in modules.items():
        site.module(name, source)
    layers = [name for name in modules if name not in {"plug_hook", "plug_command", "plug_engine"}]
    site.install("acme", "[minidl.layers]\n" + "".join(f"{name} = {name}:Good\n" for name in layers))
    site.install(
        "zoo",
        "[minidl.hooks]\nhook = plug_hook\n[minidl.commands]\nrace = plug_command:Good\n[minidl.engines]\nfast = plug_engine:Fast\nremarkable = plug_engine:Remarkable\nfailing = plug_engine:Failing\n",
    )
    site.install("later", "[minidl.layers]\ncube = plug_missing:Good\n", requires=["minidl>=99"])

    examined = examine(site.registry().distributions(), timeout=60)

    found = verdicts(examined)
    assert found.pop("layer cube").startswith("incompatible it requires minidl>=99")
    assert {name for name, verdict in found.items() if verdict == "ok"} == {
        "engine fast",
        "engine remarkable",
        "layer plug_doubles",
        "layer plug_forks",
        "layer plug_good",
        "layer plug_prints",
        "layer plug_thread",
    }
    for name, words in {
        "layer plug_missing": "ModuleNotFoundError",
        "layer plug_exits": "broken ends the process with status 7",
        "layer plug_late": "broken takes more than 60 seconds to import",
        "layer plug_leaves": "SystemExit",
        "layer plug_wrong": "is no layer",
        "layer plug_shy": "Shy, whose message cannot be shown",
        "hook hook": "did you mean minidl_run_started(run: Run) -> None?",
        "engine failing": "broken ZeroDivisionError",
        "command race": "is neither a Typer app nor a function",
    }.items():
        assert words in found[name]
    assert [(one.name, one.status) for one in examined] == [
        ("acme", "broken"),
        ("later", "incompatible"),
        ("zoo", "broken"),
    ]
    assert set(examined[2].notes) == {
        "engine fast: cannot work here: it needs another processor",
        "engine remarkable: it stores files",
        "engine remarkable: and they are large",
    }
    assert not set(modules) & sys.modules.keys()


@pytest.mark.slow
def test_an_import_that_takes_too_long_is_stopped(site: Site) -> None:
    site.module("plug_hangs", "import time\nwhile True: time.sleep(60)")
    site.install("acme", "[minidl.layers]\nhangs = plug_hangs:Good\n")

    (acme,) = examine(site.registry().distributions(), timeout=0.1)

    assert verdicts([acme]) == {"layer hangs": "broken takes more than 0.1 seconds to import"}


def test_without_parts_no_process_is_started(site: Site) -> None:
    site.install("later", "[minidl.layers]\ncube = plug:C\n", requires=["minidl>=99"])

    (later,) = examine(site.registry().distributions(), timeout=0)

    assert later.status == "incompatible"
