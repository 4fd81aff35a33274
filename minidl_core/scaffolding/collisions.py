"""Check that a new plugin does not collide with installed parts, packages and distributions."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec

from minidl_core.errors import ConflictError, ScaffoldError
from minidl_core.registry import default_registry
from minidl_core.registry.entry import normalize_name
from minidl_core.scaffolding.plugin_project import PluginProject


def check_no_collision(project: PluginProject) -> None:
    """Check that the names of a new plugin are not in use by anything installed.

    Nothing is imported.

    Raises:
        ConflictError: an installed part has the same name.
        ScaffoldError: an installed distribution or package has the same name.
    """
    for entry in default_registry().entries(project.kind.name):
        if normalize_name(entry.name) == normalize_name(project.name):
            raise ConflictError(
                f"the {project.kind.name} '{entry.name}' exists already, from {entry.origin}: choose another name"
            )
    if collision := _collision(project):
        raise ScaffoldError(f"{collision}: choose another name with --distribution, such as acme-{project.name}")


def _collision(project: PluginProject) -> str | None:
    """Return a clause about an installed distribution or package of the same name, or None."""
    if project.package == "tests":
        return "the folder 'tests' is reserved for the plugin's tests"
    if find_spec(project.package) is not None:
        return f"a package '{project.package}' can already be imported"
    try:
        found = distribution(re.sub("[-_.]+", "-", project.distribution))
    except PackageNotFoundError:
        return None
    return f"a distribution '{found.name}' is installed already"
