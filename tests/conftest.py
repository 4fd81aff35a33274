"""What all tests share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.environments import ROOT, build_wheels
from tests.support.sites import Site

Completed = subprocess.CompletedProcess[str]

for variable in [key for key in os.environ if key.startswith("MINIDL_")]:
    del os.environ[variable]
os.environ["MINIDL_CONFIG"] = os.devnull  # what the user has decided about plugins is of no concern to tests


@pytest.fixture
def minidl(tmp_path: Path) -> Callable[..., Completed]:
    """Return a function that runs the installed command with arguments, in a folder of the test's own."""
    program = Path(sys.executable).with_name("minidl")
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("_MINIDL", "COMP_", "FORCE_COLOR"))}

    def run(*arguments: str, **environment: str) -> Completed:
        return subprocess.run(
            [program, *arguments],
            cwd=tmp_path,
            env=plain | {"COLUMNS": "200"} | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

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
