"""The checks of `.ci/run` one by one, the tests with each supported Python. `nox --list` shows the sessions."""

from __future__ import annotations

import nox

PYTHONS = ["3.11", "3.12", "3.13"]
LINTED = PYTHONS[0]

nox.needs_version = ">=2024.4.15"
nox.options.sessions = ["lint", "types", "quick"]
nox.options.error_on_missing_interpreters = False


def install(session: nox.Session, *extras: str) -> None:
    """Install minidl and some of its extras, in the versions that it is tested with."""
    session.install("-c", "constraints.txt", "-e", f".[{','.join(extras)}]")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run all tests."""
    install(session, "dev")
    session.run("python", "-m", "pytest", "-q", "-n", "auto", "--dist", "worksteal", *session.posargs)


@nox.session(python=PYTHONS)
def quick(session: nox.Session) -> None:
    """Run all tests but the slow ones."""
    install(session, "dev")
    session.run("python", "-m", "pytest", "-q", "-n", "auto", "--dist", "worksteal", "-m", "not slow", *session.posargs)


@nox.session(python=LINTED)
def lint(session: nox.Session) -> None:
    """Run all hooks of .pre-commit-config.yaml but mypy: style, spelling, import contracts and forms."""
    install(session, "dev")
    session.run("pre-commit", "run", "--all-files", env={"SKIP": "mypy"})


@nox.session(python=LINTED)
def types(session: nox.Session) -> None:
    """Check types with mypy."""
    install(session, "dev")
    session.run("mypy")


@nox.session(python=LINTED)
def docs(session: nox.Session) -> None:
    """Build the documentation site into `site/`; each warning is an error."""
    install(session, "docs")
    session.run("mkdocs", "build", "--strict", *session.posargs, env={"NO_MKDOCS_2_WARNING": "1"})
