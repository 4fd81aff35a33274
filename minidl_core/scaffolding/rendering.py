"""Render the files of a new plugin from templates."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from minidl_core.scaffolding.plugin_project import PluginProject

TEMPLATES = Path(__file__).with_name("templates")


def render(project: PluginProject) -> dict[str, str]:
    """Return the text of each file, by its path in the distribution's folder."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - needed only here

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        autoescape=False,  # noqa: S701 - the texts are not HTML
    )
    environment.filters["quoted"] = _quoted
    year = datetime.now(UTC).year
    return {
        path: environment.get_template(template).render(project=project, year=year)
        for path, template in _templates(project).items()
    }


def _templates(project: PluginProject) -> dict[str, str]:
    """Return the template of each file, by its path."""
    return {
        "pyproject.toml": "pyproject.toml.jinja",
        "README.md": "README.md.jinja",
        "LICENSE": "LICENSE.jinja",
        ".gitignore": "gitignore.jinja",
        f"{project.package}/__init__.py": "package.py.jinja",
        f"{project.package}/py.typed": "py.typed.jinja",
        f"{project.package}/{project.module}.py": f"sources/{project.kind.name}.py.jinja",
        f"tests/test_{project.module}.py": f"tests/{project.kind.name}.py.jinja",
    }


def _quoted(text: str) -> str:
    """Return a text as a TOML string, which JSON strings are."""
    return json.dumps(text, ensure_ascii=False)
