"""Fixtures of all tests."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support.environments import ROOT, build_wheels
from tests.support.site_packages import Site
from tests.support.warm_python import Completed, WarmPython

for variable in [key for key in os.environ if key.startswith("MINIDL_")]:
    del os.environ[variable]
os.environ["MINIDL_CONFIG"] = os.devnull  # what the user has decided about plugins is of no concern to tests
os.environ["MINIDL_CACHE"] = tempfile.mkdtemp(prefix="minidl-cache-")  # nor is what the user has compiled before
atexit.register(shutil.rmtree, os.environ["MINIDL_CACHE"], ignore_errors=True)
os.environ["OMP_NUM_THREADS"] = "1"  # tests run side by side: threads of torch would wait for each other's processor

hypothesis.settings.register_profile("untimed", deadline=None)  # other programs may take the processor
hypothesis.settings.load_profile("untimed")

for number, handler in {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}.items():
    if signal.getsignal(number) is signal.SIG_IGN:  # as it is for what a shell starts in the background
        signal.signal(number, handler)

STARTS_PROGRAMS = {"minidl", "minidl_wheel", "warm_python"}
"""Fixtures whose tests are slow, because they start programs."""

STARTS = {"subprocess.Popen", "os.posix_spawn", "os.fork", "os.forkpty", "os.exec", "os.system"}
"""What Python reports to audit hooks when a process is started."""

running: list[pytest.Item] = []


@pytest.hookimpl(tryfirst=True)  # before -m leaves any out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that start programs as slow, and put slow tests first: the last ones keep no processor waiting."""
    for item in items:
        if STARTS_PROGRAMS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Keep the options of this run, which the processes that collect have read, from the runs that tests start."""
    os.environ.pop("PYTEST_ADDOPTS", None)


def refuse_programs(event: str, _arguments: tuple[object, ...]) -> None:
    """Let a test fail that starts a program and is not marked as slow."""
    if event in STARTS and running and running[-1].get_closest_marker("slow") is None:
        raise AssertionError(f"{running[-1].nodeid} starts a program: mark it with pytest.mark.slow")


sys.addaudithook(refuse_programs)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Note which test runs."""
    running.append(item)
    try:
        return (yield)
    finally:
        running.pop()


@pytest.fixture(scope="session")
def warm_python() -> Iterator[WarmPython]:
    """Return what runs Python programs without the second that importing torch takes."""
    python = WarmPython()
    yield python
    python.close()


@pytest.fixture
def minidl(tmp_path: Path, warm_python: WarmPython) -> Callable[..., Completed]:
    """Return a function that runs the installed command with arguments, in a folder of the test's own."""
    program = Path(sys.executable).with_name("minidl")
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("_MINIDL", "COMP_", "FORCE_COLOR"))}

    def run(*arguments: str, **environment: str) -> Completed:
        return warm_python.run([program, *arguments], cwd=tmp_path, env=plain | {"COLUMNS": "200"} | environment)

    return run


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Return a folder for distributions and modules on the import path; modules called plug… are forgotten again."""
    folder = Site(tmp_path / "site")
    monkeypatch.syspath_prepend(str(folder.path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("plug")]:
        del sys.modules[name]


@pytest.fixture(scope="session")
def minidl_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build minidl's wheel once, of the sources as they are."""
    (wheel,) = build_wheels(tmp_path_factory.mktemp("minidl") / "wheels", ROOT)
    return wheel
