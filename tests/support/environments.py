"""Wheels and environments as users have them, made quickly."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

Completed = subprocess.CompletedProcess[str]


def build_wheels(into: Path, *folders: Path) -> list[Path]:
    """Build the wheels of the distributions in folders, with the hatchling that is installed here."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    _run([*command, "--wheel-dir", into, *folders], cwd=into.parent)
    return sorted(into.glob("*.whl"))


@dataclass(frozen=True)
class Environment:
    """A virtual environment that has wheels of its own, and sees what minidl depends on where this one has it."""

    folder: Path

    @classmethod
    def create(cls, folder: Path, wheels: Sequence[str | Path]) -> Environment:
        """Make an environment and install wheels, or whatever else pip is to install."""
        venv.create(folder)
        environment = cls(folder)
        environment.pip("install", "--no-deps", "--no-index", *wheels)
        # A path in a .pth file comes after the environment's own, and the .pth files there are not read: the
        # repository, which is installed by one of them, is not seen.
        outer = next(path for path in sys.path if path.endswith("site-packages"))
        (environment.site_packages / "outer.pth").write_text(outer)
        return environment

    @property
    def site_packages(self) -> Path:
        """Where the environment's own packages are."""
        return next((self.folder / "lib").glob("python*")) / "site-packages"

    @property
    def python(self) -> Path:
        """The environment's Python."""
        return self.folder / "bin" / "python"

    def pip(self, *arguments: str | Path) -> Completed:
        """Run this environment's pip on the new one."""
        return _run([sys.executable, "-m", "pip", "--quiet", "--python", self.python, *arguments], cwd=self.folder)

    def run(self, program: str, *arguments: str | Path, cwd: Path, check: bool = True, **variables: str) -> Completed:
        """Run a program of the environment, such as `minidl`."""
        return _run([self.folder / "bin" / program, *arguments], cwd=cwd, check=check, **variables)


def _run(command: Sequence[str | Path], *, cwd: Path, check: bool = True, **variables: str) -> Completed:
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTEST", "PIP", "MINIDL"))
    }
    environment = inherited | {"COLUMNS": "200", "MINIDL_CONFIG": os.devnull} | variables
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not check, f"{command}\n{done.stdout}\n{done.stderr}"
    return done
