"""The distribution as users get it."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an sdist, and of it a wheel; return their folder."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "build", "--outdir", folder, ROOT], check=True, capture_output=True)
    return folder


@pytest.mark.slow
def test_the_wheel_holds_all_packages_typed_and_nothing_else(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        path.parent.name for path in ROOT.glob("minidl*/__init__.py")
    }
    assert {name for name in names if name.endswith("py.typed")} == {
        f"{path.parent.name}/py.typed" for path in ROOT.glob("minidl*/__init__.py")
    }


@pytest.mark.slow
def test_the_wheel_holds_the_lists_of_public_names(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    stubs = {str(path.relative_to(ROOT)) for path in ROOT.glob("minidl*/**/*.pyi")}
    assert "minidl_core/__init__.pyi" in stubs
    assert stubs <= set(zipfile.ZipFile(wheel).namelist())


@pytest.mark.slow
def test_the_sdist_holds_what_it_takes_to_test_it(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"README.md", "LICENSE", "CHANGELOG.md", "constraints.txt", "tests/test_packaging.py"} <= names


@pytest.mark.slow
def test_the_wheel_installs_and_runs_outside_the_repository(built: Path, tmp_path: Path) -> None:
    """In an environment of its own, which sees this one's dependencies but not the repository."""
    (wheel,) = built.glob("*.whl")
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True, capture_output=True)
    site = next((tmp_path / "env" / "lib").glob("python*")) / "site-packages"
    outer = next(path for path in sys.path if path.endswith("site-packages"))
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {"PYTHONPATH": outer}
    where = "import minidl; minidl.fit; print(minidl.__file__)"
    found = subprocess.run(
        [python, "-c", where], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout.startswith(str(site))
    for program in ([tmp_path / "env" / "bin" / "minidl"], [python, "-m", "minidl"], [python, "-m", "minidl_core"]):
        command = [*program, "run", "--epochs", "1", "--save", "model.safetensors"]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "accuracy" in done.stdout
