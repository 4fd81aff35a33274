"""Fails the build where a page would load something from another host: reading the site sends nothing to anybody."""

from __future__ import annotations

import re

from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page

LOADED = re.compile(r'<(?:script|img|iframe|source)\b[^>]*\bsrc="?https?:[^>]*>|<link\b[^>]*\bhref="?https?:[^>]*>')


def on_post_page(output: str, *, page: Page, **_: object) -> str:
    """Look through the HTML of a page."""
    if found := LOADED.search(output):
        raise PluginError(f"{page.file.src_uri} loads from another host: {found[0]}")
    return output
