"""Writes the reference of the Python names: a page for each group of the names of `import minidl`.

The names are read where they are listed, once: in the stubs of `minidl_core` and `minidl_core.testing`.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).parents[2]

PAGES = {
    "training": ("Training", "Train, evaluate and use networks.", ("training", "run_config")),
    "networks": (
        "Networks",
        "Write, build, save and load networks.",
        ("assembly", "saving", "spec", "shapes", "seeds"),
    ),
    "interfaces": ("Interfaces", "The base classes of parts, and what they take and return.", ("interfaces",)),
    "plugins": ("Plugins", "Find and register parts.", ("registry", "plugin_file", "hooks", "suggestions", "version")),
    "testing": ("Testing", "Check your own parts, in notebooks and in tests.", ("testing",)),
    "errors": ("Errors", "All errors and warnings of minidl. `MinidlError` is the base of the errors.", ("errors",)),
}
"""Each page's title, what it is about, and the modules of `minidl_core` whose public names it describes."""


def listed(package: str) -> dict[str, str]:
    """Return the names that the stub of a package lists, with the top module that each is from."""
    stub = ROOT / package.replace(".", "/") / "__init__.pyi"
    body = ast.parse(stub.read_text(encoding="utf-8")).body
    imports = [(node.module, alias.name) for node in body if isinstance(node, ast.ImportFrom) for alias in node.names]
    return {name: (module or name).partition(".")[0] for module, name in imports}


def entries(homes: tuple[str, ...]) -> dict[str, str]:
    """Return the names to describe as users write them after `minidl.`, with where they are found."""
    names = listed("minidl_core")
    functions_first = sorted(names, key=lambda name: name[0].isupper())
    chosen = {name: f"minidl_core.{name}" for name in functions_first if names[name] in homes and name != "testing"}
    if "testing" in homes:
        kit = listed("minidl_core.testing").keys() - names.keys()
        chosen |= {f"testing.{name}": f"minidl_core.testing.{name}" for name in sorted(kit)}
    return chosen


def pages() -> dict[str, str]:
    """Return the Markdown of each page by its path in the site."""
    homes = {home for _, _, homes in PAGES.values() for home in homes}
    missing = {name: home for name, home in listed("minidl_core").items() if home not in homes}
    if missing:
        raise ValueError(f"no page for {missing}: name the modules in PAGES of {Path(__file__).name}")
    return {
        f"reference/python/{page}.md": f"# {title}\n\n{about}\n\n"
        + "\n".join(
            f"::: {found}\n    options:\n      heading: {name}\n      toc_label: {name}\n"
            for name, found in entries(homes).items()
        )
        for page, (title, about, homes) in PAGES.items()
    }


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages to the site."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - tests read the pages without mkdocs

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files
