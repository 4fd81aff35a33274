"""`import minidl`: what it offers to people, to type checkers and to tools."""

from __future__ import annotations

import ast
import os
import pickle
import pydoc
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

import minidl
import minidl_core

ROOT = Path(__file__).parents[1]
STUBBED = ("minidl_core", "minidl_core.testing", "minidl_compare")
"""The packages whose `__init__.pyi` lists their names."""


def listed(package: str) -> set[str]:
    """Return the names that the stub of a package lists."""
    source = (ROOT / package.replace(".", "/") / "__init__.pyi").read_text()
    return {alias.asname for node in ast.parse(source).body if isinstance(node, ast.ImportFrom) for alias in node.names}


def python(code: str, *, folder: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )


@pytest.mark.parametrize("package", STUBBED)
def test_the_stub_lists_exactly_the_names_at_run_time_and_each_loads(package: str) -> None:
    module = import_module(package)
    assert listed(package) == set(module.__all__) == set(dir(module))
    for name in module.__all__:
        assert getattr(module, name) is not None


def test_minidl_has_the_names_of_the_core() -> None:
    assert minidl.__all__ == dir(minidl) == minidl_core.__all__
    for name in minidl.__all__:
        assert getattr(minidl, name) is getattr(minidl_core, name)


@pytest.mark.parametrize("package", ["minidl", *STUBBED])
def test_a_misspelt_name_is_an_error_that_names_the_package(package: str) -> None:
    with pytest.raises(AttributeError, match=rf"^module '{package}' has no attribute 'Lniear'"):
        _ = import_module(package).Lniear


@pytest.mark.slow
def test_a_misspelt_name_suggests_the_nearest_one() -> None:
    assert "Did you mean: 'fit'?" in python("import minidl; minidl.fitt").stderr


def test_a_star_import_imports_all_names() -> None:
    names: dict[str, object] = {}
    exec("from minidl import *", names)
    assert set(minidl.__all__) <= set(names)


@pytest.mark.slow
def test_the_conformance_kit_is_minidl_testing() -> None:
    code = "from minidl.testing import conformance; import minidl, minidl_core.testing as kit; print(minidl.testing is kit)"
    assert python(code).stdout == "True\n"


def test_help_describes_the_names() -> None:
    assert "class Sequential" in pydoc.plain(pydoc.render_doc(minidl))


def test_a_class_pickles_under_its_own_module() -> None:
    assert pickle.loads(pickle.dumps(minidl.Module)) is minidl_core.Module


@pytest.mark.slow
def test_all_names_may_be_loaded_eagerly() -> None:
    """EAGER_IMPORT is lazy_loader's own variable, and set in the environments of some test suites."""
    done = python(
        "import minidl, minidl.testing, minidl_compare; print('fit' in vars(minidl.minidl_core))", EAGER_IMPORT="1"
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


@pytest.mark.slow
def test_the_names_load_from_a_zip_file_too(tmp_path: Path) -> None:
    packages = sorted(path.parent for path in ROOT.glob("minidl*/__init__.py"))
    with zipfile.ZipFile(tmp_path / "minidl.zip", "w") as archive:
        for path in (
            path for package in packages for path in package.rglob("*.py*") if "__pycache__" not in path.parts
        ):
            archive.write(path, path.relative_to(ROOT))
    done = python(
        "import minidl; print(minidl.__file__, minidl.SpecError, minidl.parse_component)",
        folder=tmp_path,
        PYTHONPATH=str(tmp_path / "minidl.zip"),
    )
    assert "minidl.zip" in done.stdout, done.stderr


@pytest.mark.slow
def test_a_type_checker_sees_the_names_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(
        "import minidl\n"
        "import minidl.testing\n"
        "from minidl import Module, Parameter\n"
        "from minidl.testing import conformance\n"
        'reveal_type(minidl.fit("linear:2", "disk").seed)\n'
        "reveal_type(minidl.__version__)\n"
        "reveal_type(minidl.testing.conformance(Module))\n"
        "minidl.fitt\n"
        "from minidl import Sequental\n"
    )
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file=",
        "--cache-dir",
        ROOT / ".mypy_cache",
        "user.py",
    ]
    environment = os.environ | {"MYPYPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("user.py")]
    assert [line.partition(": ")[2] for line in lines] == [
        'note: Revealed type is "int"',
        'note: Revealed type is "str"',
        'note: Revealed type is "type"',
        'error: Module has no attribute "fitt"; maybe "fit"?  [attr-defined]',
        'error: Module "minidl" has no attribute "Sequental"; maybe "Sequential" or "sequential"?  [attr-defined]',
    ]
