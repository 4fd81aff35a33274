"""The version of the installed minidl, looked up in the metadata of distributions."""

from __future__ import annotations

from functools import cache

from minidl_core.distribution_metadata import installed, is_running, read_header
from minidl_core.errors import PluginError
from minidl_core.quoting import printable, shortened

UNKNOWN = "unknown"


@cache
def own_version() -> str:
    """Return minidl's version, or `unknown` if it is not installed.

    If several distributions are called minidl, the version is that of the one that is running.
    """
    found = list(installed(name="minidl"))
    if len(found) > 1:
        found.sort(key=is_running, reverse=True)
    for metadata in found:
        try:
            return printable(shortened(str(read_header(metadata).get("Version", UNKNOWN))))
        except PluginError:
            continue
    return UNKNOWN
