"""Create a new plugin in its own folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from minidl_core.registry import find_kind
from minidl_core.scaffolding.atomic_folder import write_folder
from minidl_core.scaffolding.collisions import check_no_collision
from minidl_core.scaffolding.plugin_project import PluginProject
from minidl_core.scaffolding.rendering import render


@dataclass(frozen=True)
class Scaffold:
    """A created plugin: its folder, its files, and the commands that install, test and use it."""

    folder: Path
    files: tuple[str, ...]
    next_commands: tuple[str, ...]


def create(
    kind: str, name: str, folder: Path | None = None, *, distribution: str | None = None, author: str | None = None
) -> Scaffold:
    """Create a complete distribution with one part, in a new folder with the distribution's name.

    Existing files are not changed, and the folder is created completely or not at all. Neither torch nor any plugin is
    imported.

    Args:
        kind: layer, loss, optimizer, dataset, metric, hook or command.
        name: the name of the part: letters and digits, joined by `-` or `_`.
        folder: where to create the new folder; by default, the working directory.
        distribution: the name of the distribution; by default, the part's name with the prefix `minidl-`.
        author: the copyright holder; by default, the distribution's developers.

    Raises:
        UnknownNameError: there is no such kind.
        ConflictError: an installed part has the same name.
        ScaffoldError: a name is invalid or in use, or the folder exists or cannot be created.
    """
    if distribution is None:
        distribution = f"minidl-{name.lower().replace('_', '-')}"
    author = f"The {distribution} developers" if author is None else author
    project = PluginProject(find_kind(kind), name, distribution, author)
    check_no_collision(project)
    files = render(project)
    write_folder(made := (folder or Path()) / distribution, files)
    return Scaffold(made, tuple(files), _next_commands(project, made))


def _next_commands(project: PluginProject, folder: Path) -> tuple[str, ...]:
    return (
        f"cd {quote(str(folder))}",
        "python -m pip install -e '.[test]'",
        "python -m pytest",
        f"minidl check {project.name}",
        project.use,
    )
