"""A reader who does all that a document says, in an environment and a folder of its own."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from tests.support.documents import File, Script, Session, Step
from tests.support.environments import Completed, Environment

NUMBER = r"(?<![\w.])-?\d+\.\d+(?:e[+-]?\d+)?(?![\w.])"
"""A decimal number, and no version."""

MAY_VARY = re.compile(rf"( *{NUMBER} *|^ *…\n|…)", re.MULTILINE)

NEAR = 0.01
"""How far, of their size, decimal numbers may lie from those shown: processors round differently."""


class Reader:
    """Does one step after another; as in a shell, a folder that was entered is not left again.

    Args:
        environment: where programs are found.
        folder: where to begin.
        home: the user's folder.
    """

    def __init__(self, environment: Environment, folder: Path, home: Path) -> None:
        self.folder = folder
        self.note = home / ".folder"
        config, cache = (
            os.environ.get(f"XDG_{kind.upper()}_HOME", Path.home() / f".{kind}") for kind in ("config", "cache")
        )
        ours = ("PYTHON", "PYTEST", "MINIDL", "VIRTUAL_ENV", "FORCE_COLOR", "_MINIDL", "COMP_")
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        self.variables = inherited | {
            "PATH": f"{environment.folder / 'bin'}:{os.defpath}",
            "HOME": str(home),
            "COLUMNS": "80",
            "MINIDL_CONFIG": os.devnull,
            "PIP_REQUIRE_VIRTUALENV": "true",
            "PIP_NO_BUILD_ISOLATION": "0",  # hatchling is there; test_packaging and `python -m build` isolate builds
            "XDG_CONFIG_HOME": str(config),  # the settings of pip, such as its index
            "XDG_CACHE_HOME": str(cache),
        }

    def do(self, step: Step) -> None:
        """Do a step.

        Raises:
            AssertionError: it fails, or prints something else than is shown.
        """
        match step:
            case File():
                self.write(step)
            case Script():
                self.run(step)
            case Session():
                self.try_out(step)

    def write(self, file: File) -> None:
        """Write a file, in a folder that is there."""
        (self.folder / file.path).write_text(file.text, encoding="utf-8")

    def run(self, script: Script) -> None:
        """Run a script to its end."""
        done = self._bash("set -euo pipefail", script.source)
        assert done.returncode == 0, f"{script.source}\n{done.stdout}{done.stderr}"
        shown = f"…\n{script.printed}…\n"
        assert shows(shown, done.stdout), f"{script.source}\nshows\n{shown}but prints\n{done.stdout}{done.stderr}"

    def try_out(self, session: Session) -> None:
        """Run a command, whatever its result."""
        done = self._bash("exec 2>&1", session.command)
        assert shows(session.printed, done.stdout), (
            f"{session.command}\nshows\n{session.printed}\nbut prints\n{done.stdout}"
        )

    def _bash(self, *lines: str) -> Completed:
        script = "\n".join([*lines, f"pwd > '{self.note}'"])
        command = ["bash", "-c", script]
        done = subprocess.run(command, cwd=self.folder, env=self.variables, capture_output=True, text=True, check=False)
        if self.note.is_file():
            self.folder = Path(self.note.read_text(encoding="utf-8").rstrip("\n"))
        return done


def shows(shown: str, printed: str) -> bool:
    """Return whether a text shows what was printed.

    An … stands for anything up to the end of the line; alone in a line, for any number of lines. Spaces at the ends of
    lines do not count, nor do empty lines around the whole, and decimal numbers are compared as numbers.
    """
    parts = MAY_VARY.split(_trimmed(shown))
    numbers = [float(part) for part in parts if re.fullmatch(f" *{NUMBER} *", part)]
    found = re.fullmatch("".join(map(_pattern, parts)), _trimmed(printed))
    return found is not None and all(
        abs(float(number) - expected) <= NEAR * abs(expected)
        for number, expected in zip(found.groups(), numbers, strict=True)
    )


def _pattern(part: str) -> str:
    if re.fullmatch(f" *{NUMBER} *", part):
        return rf" *({NUMBER}) *"
    return {"…\n": r"(?:.*\n)*?", "…": r".*"}.get(part.lstrip(" "), re.escape(part))


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()) + "\n"
