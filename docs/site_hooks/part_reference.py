"""Writes the reference of minidl's own parts: a page for each kind, with the names of the entry points.

Commands have no page: `minidl COMMAND --help` shows their options.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"

KINDS = {
    "layers": "The layers of minidl, for `--layers`.",
    "losses": "The losses of minidl, for `--loss`.",
    "optimizers": "The optimizers of minidl, for `--optimizer`.",
    "datasets": "The datasets of minidl, for `--data`.",
    "metrics": "The metrics of minidl, for `--metrics`.",
    "engines": "The engines of minidl, for `--engine`.",
    "hooks": "The hooks of minidl, which take part in every run; `--block NAME` turns one off.",
}
"""What the page of each kind is about."""


def pages() -> dict[str, str]:
    """Return the Markdown of each page by its path in the site."""
    groups = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["entry-points"]
    missing = {group.removeprefix("minidl.") for group in groups} - {*KINDS, "commands"}
    if missing:
        raise ValueError(f"no page for {sorted(missing)}: add them to KINDS of {Path(__file__).name}")
    return {
        f"reference/parts/{kind}.md": f"# {kind.capitalize()}\n\n{about}\n\n"
        + "\n".join(
            f"::: {target.replace(':', '.')}\n    options:\n"
            f"      heading: {name}\n      toc_label: {name}\n      members: false\n"
            for name, target in sorted(groups[f"minidl.{kind}"].items())
        )
        for kind, about in KINDS.items()
    }


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages to the site."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - tests read the pages without mkdocs

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files
