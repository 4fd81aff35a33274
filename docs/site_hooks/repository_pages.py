"""Adds documents from outside `docs/` to the site, and rewrites the links of all pages for the site.

The documents are written for a repository's browser: `../CONTRIBUTING.md` in a page, `docs/first-run.md` in the README.
A link to a file of the repository that is no page stays as it is, and fails a strict build.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]

DOCUMENTS = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "LICENSE": "license.md",
    "SECURITY.md": "security.md",
    **{
        path.relative_to(ROOT).as_posix(): f"examples/{path.parent.name}.md"
        for path in sorted(ROOT.glob("examples/*/README.md"))
    },
}
"""Where in the site each document of the repository is."""

PLACES = DOCUMENTS | {posixpath.dirname(path): page for path, page in DOCUMENTS.items() if "/" in path}
"""The same, with the folders that a README describes."""

FENCE_OR_LINK = re.compile(r"^ *```.*?^ *```$|(?<=\]\()(?!\w+:|#)(?P<target>[^)#\s]+)", re.MULTILINE | re.DOTALL)


def site_link(target: str, source: str, page: str) -> str:
    """Return where a link leads to in the site, from a page whose file in the repository is `source`."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
    place = PLACES.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else None)
    return target if place is None else posixpath.relpath(place, posixpath.dirname(page) or ".")


def site_markdown(markdown: str, page: str) -> str:
    """Return a page's Markdown with its links turned, those in code left as they are."""
    source = next((path for path, place in DOCUMENTS.items() if place == page), f"docs/{page}")
    return FENCE_OR_LINK.sub(
        lambda match: site_link(match["target"], source, page) if match["target"] else match[0], markdown
    )


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the documents from outside `docs/`."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - tests turn links without mkdocs

    for path, page in DOCUMENTS.items():
        files.append(File.generated(config, page, content=(ROOT / path).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: object) -> str:
    """Turn the links of a page."""
    return site_markdown(markdown, page.file.src_uri)
