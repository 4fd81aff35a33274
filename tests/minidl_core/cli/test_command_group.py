"""Commands are listed from metadata and imported when they are called."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest

from minidl_core.cli import command_group
from minidl_core.cli.command_group import Commands
from minidl_core.errors import ConflictError, PluginError, UnknownNameError
from minidl_core.registry import Policy, Registry
from tests.support.site_packages import Site

PLUGINS = {
    "acme": {
        "plot": "cmd_source:plot",
        "tools": "cmd_source:tools",
        "broken": "cmd_broken:go",
        "number": "cmd_source:NUMBER",
    },
    "zoo": {"same": "cmd_source:plot"},
    "zebra": {"same": "cmd_source:plot"},
}
SOURCE = '''
import typer

NUMBER = 3
tools = typer.Typer()

def plot(path: str, width: int = 3) -> None:
    """Draw a picture.

    At length.
    """
    typer.echo(f"{path} {width + 1}")

@tools.command()
def hammer() -> None:
    """Hit."""
    typer.echo("bang")

@tools.command()
def saw() -> None:
    """Cut."""
'''


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Commands]:
    """Return a group of the commands of three distributions."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "cmd_source.py").write_text(SOURCE)
    (tmp_path / "cmd_broken.py").write_text("raise ImportError('no such thing')")
    for name, entries in PLUGINS.items():
        folder = tmp_path / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n")
        lines = [f"{command} = {target}" for command, target in entries.items()]
        (folder / "entry_points.txt").write_text("[minidl.commands]\n" + "\n".join(lines))
    registry = Registry(distributions(path=[str(tmp_path)]))
    monkeypatch.setattr(command_group, "default_registry", lambda: registry)
    yield Commands(name="minidl")
    for name in ("cmd_source", "cmd_broken"):
        sys.modules.pop(name, None)


def output(group: Commands, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    group.main(list(words), prog_name="minidl", standalone_mode=False)
    return capsys.readouterr().out


def test_commands_are_listed_with_summaries_and_without_imports(group: Commands) -> None:
    summaries = {name: group.get_command(None, name).help for name in group.list_commands(None)}

    assert summaries == {
        "broken": "From acme 1.0",
        "number": "From acme 1.0",
        "plot": "Draw a picture",
        "tools": "From acme 1.0",
        "zebra/same": "Draw a picture",
        "zoo/same": "Draw a picture",
    }
    assert not {"cmd_source", "cmd_broken"} & sys.modules.keys()


def test_a_broken_command_does_not_break_the_help(group: Commands, capsys: pytest.CaptureFixture[str]) -> None:
    out = output(group, capsys, "--help")

    for word in ("broken", "plot", "Draw a picture", "zoo/same"):
        assert word in out


def test_a_function_becomes_a_command_with_its_arguments(group: Commands, capsys: pytest.CaptureFixture[str]) -> None:
    assert output(group, capsys, "plot", "a.png", "--width", "6") == "a.png 7\n"


def test_a_typer_app_becomes_a_group(group: Commands, capsys: pytest.CaptureFixture[str]) -> None:
    assert output(group, capsys, "tools", "hammer") == "bang\n"


def test_a_command_of_two_distributions_is_called_by_its_qualified_name(
    group: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ConflictError, match="'zebra/same' or 'zoo/same'"):
        output(group, capsys, "same", "x")
    assert output(group, capsys, "zoo/same", "x") == "x 4\n"


def test_a_command_that_cannot_be_imported_is_a_plugin_error(
    group: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(PluginError, match=r"command 'broken' of acme 1\.0 .*no such thing.*pip uninstall acme"):
        output(group, capsys, "broken")


def test_an_object_that_is_not_a_command_is_a_plugin_error(group: Commands, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(PluginError, match=r"command 'number' of acme 1\.0 is neither a Typer app nor a function"):
        output(group, capsys, "number")


def test_a_misspelt_command_gets_a_suggestion(group: Commands, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnknownNameError, match="there is no command 'plto': did you mean 'plot'"):
        output(group, capsys, "plto")


def test_case_and_the_kind_of_dash_do_not_matter_in_the_names_of_commands(
    group: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    assert output(group, capsys, "PLOT", "a.png") == "a.png 4\n"


@pytest.mark.slow
def test_minidls_own_commands_are_listed_without_importing_them() -> None:
    script = (
        "import sys; from minidl_core.cli.command_group import Commands\n"
        "group = Commands(name='minidl')\n"
        "print({name: bool(group.get_command(None, name).help) for name in group.list_commands(None)})\n"
        "print([name for name in sys.modules if name.startswith(('minidl_commands', 'torch', 'pydantic'))])"
    )

    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    listed, imported = out.splitlines()

    for name in ("run", "list", "describe"):
        assert f"'{name}': True" in listed
    assert imported == "[]"


def test_commands_that_cannot_be_used_are_not_listed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.install("acme", "[minidl.commands]\nplot = plug:plot\ndraw = plug:draw\n")
    site.install("later", "[minidl.commands]\nrace = plug:race\n", requires=["minidl>=99"])
    registry = site.registry(Policy(block={"draw": "--block"}))
    monkeypatch.setattr(command_group, "default_registry", lambda: registry)

    assert Commands(name="minidl").list_commands(None) == ["plot"]
