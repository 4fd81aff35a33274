"""New plugins are created completely."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from minidl_core.errors import ConflictError, ScaffoldError, UnknownNameError
from minidl_core.scaffolding import create


def test_the_folder_has_the_distributions_name_and_the_files(tmp_path: Path) -> None:
    made = create("layer", "hard_swish", tmp_path)
    assert made.folder == tmp_path / "minidl-hard-swish"
    assert {str(p.relative_to(made.folder)) for p in made.folder.rglob("*") if p.is_file()} == set(made.files)


def test_the_folder_is_created_in_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert create("layer", "swish").folder == Path("minidl-swish")
    assert [path.name for path in tmp_path.iterdir()] == ["minidl-swish"]


def test_distribution_and_author_can_be_given(tmp_path: Path) -> None:
    made = create("loss", "core", tmp_path, distribution="Acme.Losses", author="Ada")
    assert made.folder == tmp_path / "Acme.Losses"
    assert (made.folder / "acme_losses" / "core.py").exists()
    assert 'name = "Acme.Losses"' in (made.folder / "pyproject.toml").read_text()
    assert "Ada" in (made.folder / "LICENSE").read_text()


def test_the_next_commands_install_test_and_use_it(tmp_path: Path) -> None:
    folder = tmp_path / "my plugins"
    folder.mkdir()
    assert create("metric", "Near", folder).next_commands == (
        f"cd '{folder / 'minidl-near'}'",
        "python -m pip install -e '.[test]'",
        "python -m pytest",
        "minidl check near",
        "minidl run --metrics near",
    )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("layr", "swish"), UnknownNameError, "did you mean 'layer"),
        (("layer", "a b"), ScaffoldError, "'a b' is not a valid name of a layer"),
        (("layer", "relu"), ConflictError, "from minidl"),
        (("layer", "core"), ScaffoldError, "--distribution"),
    ],
)
def test_errors_leave_nothing_behind(
    tmp_path: Path, arguments: tuple[str, str], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        create(*arguments, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_plugin_is_not_changed(tmp_path: Path) -> None:
    made = create("layer", "swish", tmp_path)
    (made.folder / "README.md").write_text("mine")
    with pytest.raises(ScaffoldError, match="exists already"):
        create("loss", "swish", tmp_path)
    assert (made.folder / "README.md").read_text() == "mine"
    assert {path.name for path in made.folder.iterdir()} == {file.partition("/")[0] for file in made.files}


@pytest.mark.slow
def test_neither_torch_nor_a_plugin_is_imported(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from minidl_core.scaffolding import create\n"
        "create('layer', 'swish', Path(sys.argv[1]))\n"
        "print([name for name in sys.modules if name.partition('.')[0] in {'torch', 'numpy', 'pluggy', 'minidl_layers'}])"
    )
    done = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
