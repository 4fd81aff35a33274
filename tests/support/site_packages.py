"""Folders with distributions and modules, as `pip install` leaves them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import Path
from textwrap import dedent

from minidl_core.registry import Policy, Registry

LAYER = "from minidl_core.interfaces.module import Module\nclass {name}(Module):\n    pass\n"


class Site:
    """A folder with distributions and modules."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(exist_ok=True, parents=True)

    def install(self, name: str, entry_points: str, version: str = "1.0", requires: Sequence[str] = ()) -> Path:
        """Write the metadata of a distribution; return its folder."""
        folder = self.path / f"{re.sub('[-.]', '_', name)}-{version}.dist-info"
        folder.mkdir()
        header = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        header += [f"Requires-Dist: {requirement}" for requirement in requires]
        (folder / "METADATA").write_text("\n".join(header) + "\n")
        (folder / "entry_points.txt").write_text(dedent(entry_points))
        return folder

    def module(self, name: str, source: str) -> None:
        """Write a module."""
        (self.path / f"{name}.py").write_text(dedent(source))

    def registry(self, policy: Policy | None = None) -> Registry:
        """Return a registry of what is installed here and nowhere else."""
        return Registry(distributions(path=[str(self.path)]), policy)
