"""Commands with a fault fail the intended check."""

from typing import Annotated

import typer

from minidl_core.testing import check

app = typer.Typer()


@app.command()
def greet(name: str = "you") -> None:
    """Greet somebody."""
    typer.echo(f"Hello {name}")


@app.command()
def leave() -> None:
    """Say goodbye."""


def refuse_help(wanted: bool) -> None:
    raise typer.Exit(3)


def test_functions_and_apps_pass() -> None:
    for part in (greet, app):
        report = check(part)
        assert report.kind == "command"
        assert report.passed, str(report)


def test_a_command_whose_help_cannot_be_shown_fails() -> None:
    (failed,) = check(typer.Typer()).of("failed")
    assert failed.check == "--help works"
    assert "Could not get a command" in failed.reason


def test_a_command_whose_help_exits_with_another_status_fails() -> None:
    def stubborn(help_: Annotated[bool, typer.Option("--help", is_eager=True, callback=refuse_help)] = False) -> None:
        pass

    (failed,) = check(stubborn).of("failed")
    assert failed.reason == "--help exits with status 3, expected 0"
