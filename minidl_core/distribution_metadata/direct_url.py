"""Where a distribution was installed from, by its `direct_url.json` (PEP 610)."""

from __future__ import annotations

import json
from importlib.metadata import Distribution
from typing import Any

from minidl_core.distribution_metadata.metadata_files import read_file
from minidl_core.errors import PluginError


def requirement(name: str, version: str, metadata: Distribution | None) -> str:
    """Return the line of a requirements file that reinstalls a distribution.

    The line has the version, or the URL if the distribution did not come from an index. An invalid version becomes a
    comment, because pip would refuse the whole file.

    Source: PEP 610, Recording the Direct URL Origin of installed distributions.
    """
    if folder := editable_folder(metadata):
        return f"-e {folder}"
    direct = _direct_url(metadata)
    if not direct:
        return f"{name}=={version}" if _is_version(version) else f"{name}  # no version: {version or 'it has none'}"
    url, vcs = direct["url"], direct.get("vcs_info")
    if isinstance(vcs, dict) and {"vcs", "commit_id"} <= vcs.keys():
        url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    inner = f"#subdirectory={direct['subdirectory']}" if direct.get("subdirectory") else ""
    return " ".join(f"{name} @ {url}{inner}".split())


def editable_folder(metadata: Distribution | None) -> str:
    """Return the source folder of an editable installation, or nothing."""
    direct = _direct_url(metadata)
    about = direct.get("dir_info")
    if not isinstance(about, dict) or not about.get("editable"):
        return ""
    from urllib.parse import urlsplit  # noqa: PLC0415 - slow to import, and needed only to show locations
    from urllib.request import url2pathname  # noqa: PLC0415

    try:
        return url2pathname(urlsplit(direct["url"]).path)
    except ValueError:  # not a URL
        return ""


def _is_version(text: str) -> bool:
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 - likewise

    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def _direct_url(metadata: Distribution | None) -> dict[str, Any]:
    """Return the content of `direct_url.json`; an empty dictionary if it is missing or invalid."""
    try:
        read = json.loads((metadata and read_file(metadata, "direct_url.json")) or b"{}")
    except (ValueError, RecursionError, PluginError):
        return {}
    return read if isinstance(read, dict) and isinstance(read.get("url"), str) else {}
