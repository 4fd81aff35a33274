"""Whether a distribution is compatible with the installed minidl."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from minidl_core.own_version import UNKNOWN, own_version
from minidl_core.quoting import quoted
from minidl_core.registry.entry import OWN, Status

SAYS_WHICH = re.compile(r"minidl\s*(?:\[[^\]]*\]\s*)?[^\w\s.-]", re.IGNORECASE)
"""A requirement of minidl with more than its name, such as a version."""

LONGEST = 1_000
"""Maximum length of a requirement."""


def compatibility(name: str, requirements: Iterable[str]) -> tuple[Status, str]:
    """Return the status of a distribution by its requirement of minidl, and the reason if the status is not `ok`.

    Args:
        name: the distribution's name, for the reason.
        requirements: its `Requires-Dist` fields.
    """
    for written in filter(SAYS_WHICH.match, requirements):
        status, reason = _verdict(written)
        if status == "incompatible":
            reason += f", or install another version of {name}"
        if status != "ok":
            return status, reason
    return "ok", ""


@cache  # many distributions have the same requirement
def _verdict(written: str) -> tuple[Status, str]:
    """Return the status of a distribution with this requirement of minidl, and the reason."""
    from packaging.requirements import Requirement  # noqa: PLC0415 - needed only here

    own = own_version()
    if len(written) > LONGEST:
        return "broken", f"its requirement {quoted(written)} is longer than {LONGEST} characters"
    try:
        requirement = Requirement(written)
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        met = own == UNKNOWN or requirement.specifier.contains(own, prereleases=True)
    except Exception:  # noqa: BLE001 - packaging raises many types, some only when it evaluates a marker
        return "broken", f"its requirement {quoted(written)} is invalid"
    if not applies or met:
        return "ok", ""
    wanted = f"{OWN}{requirement.specifier}"
    return "incompatible", f"it requires {wanted}, but {OWN} {own} is installed: pip install '{wanted}'"
