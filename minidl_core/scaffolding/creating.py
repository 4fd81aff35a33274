"""A new plugin in a folder of its own."""

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
    """A plugin that was made: its folder, the files in it, and the commands that install, test and use it."""

    folder: Path
    files: tuple[str, ...]
    next_commands: tuple[str, ...]


def create(
    kind: str, name: str, folder: Path | None = None, *, distribution: str | None = None, author: str | None = None
) -> Scaffold:
    """Make a complete distribution with one part, in a new folder that bears the distribution's name.

    Nothing that is there is changed, and the new folder appears whole or not at all. Neither torch nor a plugin is
    imported.

    Args:
        kind: layer, loss, optimizer, dataset, metric, hook or command.
        name: the name by which the part is to be found: letters and digits, joined by `-` or `_`.
        folder: where to make the new folder; by default, the working directory.
        distribution: the distribution's name; by default, the part's with `minidl-` in front.
        author: who holds the copyright; by default, the distribution's developers.

    Raises:
        UnknownNameError: there is no such kind.
        ConflictError: something installed claims the part's name.
        ScaffoldError: a name is not legal or taken, the new folder is there already, or it cannot be made.
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
