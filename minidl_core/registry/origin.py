"""Where an installed distribution came from."""

from __future__ import annotations

import json
from importlib.metadata import Distribution
from typing import Any


def requirement(name: str, version: str, metadata: Distribution | None) -> str:
    """Return the line of a requirements file by which pip installs a distribution again.

    It has the version, or where the distribution did not come from an index, the place that it came from.

    Source: PEP 610, Recording the Direct URL Origin of installed distributions.
    """
    if folder := editable_folder(metadata):
        return f"-e {folder}"
    direct = _direct_url(metadata)
    if not direct:
        return f"{name}=={version}"
    url = direct["url"]
    if vcs := direct.get("vcs_info"):
        url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    inner = f"#subdirectory={direct['subdirectory']}" if direct.get("subdirectory") else ""
    return f"{name} @ {url}{inner}"


def editable_folder(metadata: Distribution | None) -> str:
    """Return the folder with the source that a distribution was installed from to be edited, or nothing."""
    direct = _direct_url(metadata)
    if not direct.get("dir_info", {}).get("editable"):
        return ""
    from urllib.parse import urlsplit  # noqa: PLC0415 - heavy, and only needed to show where plugins are
    from urllib.request import url2pathname  # noqa: PLC0415

    return url2pathname(urlsplit(direct["url"]).path)


def _direct_url(metadata: Distribution | None) -> dict[str, Any]:
    """Return the record of where a distribution came from; nothing where there is none, or none that makes sense."""
    try:
        read = json.loads((metadata and metadata.read_text("direct_url.json")) or "{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) and isinstance(read.get("url"), str) else {}
