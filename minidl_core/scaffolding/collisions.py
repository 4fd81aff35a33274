"""What a new plugin must not collide with: parts, packages and distributions that are installed."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec

from minidl_core.errors import ConflictError, ScaffoldError
from minidl_core.registry import default_registry
from minidl_core.registry.entry import fold
from minidl_core.scaffolding.draft import Draft


def check_no_collision(draft: Draft) -> None:
    """Check that the new plugin would install beside what is installed, and that its name would be its own.

    Nothing is imported.

    Raises:
        ConflictError: something installed claims the part's name.
        ScaffoldError: something installed bears the name of the distribution or of its package.
    """
    for entry in default_registry().entries(draft.kind.name):
        if fold(entry.name) == fold(draft.name):
            raise ConflictError(
                f"the {draft.kind.name} '{entry.name}' is there already, from {entry.origin}: choose another name"
            )
    if taken := _taken(draft):
        raise ScaffoldError(f"{taken} already: give another name with --distribution (acme-{draft.name}, say)")


def _taken(draft: Draft) -> str | None:
    """Return what bears the name of the distribution or of its package."""
    if draft.package == "tests":
        return "the folder 'tests' holds the plugin's tests"
    if find_spec(draft.package) is not None:
        return f"a package '{draft.package}' can be imported"
    try:
        found = distribution(re.sub("[-_.]+", "-", draft.distribution))
    except PackageNotFoundError:
        return None
    return f"a distribution '{found.name}' is installed"
