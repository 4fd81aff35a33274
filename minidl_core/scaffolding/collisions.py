"""What a new plugin must not collide with: parts, packages and distributions that are installed."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec

from minidl_core.errors import ConflictError, ScaffoldError
from minidl_core.registry import default_registry
from minidl_core.registry.entry import normalize_name
from minidl_core.scaffolding.plugin_project import PluginProject


def check_no_collision(project: PluginProject) -> None:
    """Check that the new plugin would install beside what is installed, and that its name would be its own.

    Nothing is imported.

    Raises:
        ConflictError: something installed claims the part's name.
        ScaffoldError: something installed bears the name of the distribution or of its package.
    """
    for entry in default_registry().entries(project.kind.name):
        if normalize_name(entry.name) == normalize_name(project.name):
            raise ConflictError(
                f"the {project.kind.name} '{entry.name}' is there already, from {entry.origin}: choose another name"
            )
    if taken := _taken(project):
        raise ScaffoldError(f"{taken} already: give another name with --distribution (acme-{project.name}, say)")


def _taken(project: PluginProject) -> str | None:
    """Return what bears the name of the distribution or of its package."""
    if project.package == "tests":
        return "the folder 'tests' holds the plugin's tests"
    if find_spec(project.package) is not None:
        return f"a package '{project.package}' can be imported"
    try:
        found = distribution(re.sub("[-_.]+", "-", project.distribution))
    except PackageNotFoundError:
        return None
    return f"a distribution '{found.name}' is installed"
