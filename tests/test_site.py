"""The documentation site: its reference has every public name and part, and links between documents lead to its pages."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import minidl

ROOT = Path(__file__).parents[1]
CONFIG = (ROOT / "mkdocs.yml").read_text()


def load_hook(name: str) -> ModuleType:
    """Import a hook as mkdocs does: by its path."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / "site_hooks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


REFERENCE = load_hook("python_reference")
PARTS = load_hook("part_reference")
LINKS = load_hook("repository_pages")


def test_every_public_name_is_on_one_page_of_the_reference() -> None:
    described = Counter(re.findall(r"^::: minidl_core\.(\S+)$", "\n".join(REFERENCE.pages().values()), re.MULTILINE))
    kit = {f"testing.{name}" for name in minidl.testing.__all__ if name not in minidl.__all__}
    assert described == Counter({*minidl.__all__, *kit} - {"testing"})


def test_a_name_from_a_module_without_a_page_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(REFERENCE, "PAGES", {key: page for key, page in REFERENCE.PAGES.items() if key != "errors"})
    with pytest.raises(ValueError, match="no page for .*'MinidlError': 'errors'"):
        REFERENCE.pages()


def test_every_part_is_on_the_page_of_its_kind_under_its_name() -> None:
    described = Counter(
        (path, name, target)
        for path, text in PARTS.pages().items()
        for target, name in re.findall(r"^::: (\S+)\n    options:\n      heading: (\S+)$", text, re.MULTILINE)
    )
    own = [entry for entry in minidl.default_registry().entries() if entry.distribution == "minidl"]
    plural = {"loss": "losses"}
    assert described == Counter(
        (f"reference/parts/{plural.get(entry.kind, f'{entry.kind}s')}.md", entry.name, entry.target.replace(":", "."))
        for entry in own
        if entry.kind != "command"
    )


def test_a_kind_of_parts_without_a_page_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PARTS, "KINDS", {kind: about for kind, about in PARTS.KINDS.items() if kind != "losses"})
    with pytest.raises(ValueError, match="no page for .'losses'.: add them to KINDS of part_reference.py"):
        PARTS.pages()


def test_formulas_and_examples_of_docstrings_are_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "griffe", SimpleNamespace(Extension=object))  # only the site needs it
    docstring = """Error of `y*`.

Forward:   ℓ = |y - y*|
           if y* > 0
Backward:  ∂ℓ/∂y = 1

Shape: y, y*: (*, outputs)

Example: minidl run --layers 2*(relu)

Args:
    weight: w * 1.
"""
    assert (
        load_hook("formulas").formulas_as_code(docstring)
        == """Error of `y*`.

```text
Forward:   ℓ = |y - y*|
           if y* > 0
Backward:  ∂ℓ/∂y = 1
```

Shape: y, y\\*: (\\*, outputs)

Example: `minidl run --layers 2*(relu)`

Args:
    weight: w * 1.
"""
    )


def test_the_navigation_has_each_page_once() -> None:
    written = [path.relative_to(ROOT / "docs").as_posix() for path in ROOT.glob("docs/**/*.md")]
    linked = re.findall(r": (\S+\.md)$", CONFIG, re.MULTILINE)
    assert sorted(linked) == sorted([*written, *REFERENCE.pages(), *PARTS.pages(), *LINKS.DOCUMENTS.values()])


@pytest.mark.parametrize(
    ("page", "markdown", "turned"),
    [
        ("index.md", "[a](docs/reference/speed.md#why)", "[a](reference/speed.md#why)"),
        ("index.md", "![a](docs/run.svg) [b](CONTRIBUTING.md)", "![a](run.svg) [b](contributing.md)"),
        ("index.md", "[a](LICENSE), [b](examples/minidl-swish)", "[a](license.md), [b](examples/minidl-swish.md)"),
        ("reference/data.md", "[a](../../README.md) [b](grammar.md)", "[a](../index.md) [b](grammar.md)"),
        ("examples/minidl-swish.md", "[a](../../docs/your-own-layer.md)", "[a](../your-own-layer.md)"),
        ("index.md", "[a](https://example.org/a.md) [b](#c)", "[a](https://example.org/a.md) [b](#c)"),
        ("index.md", "```\n[a](docs/a.md)\n```\n[a](docs/a.md)", "```\n[a](docs/a.md)\n```\n[a](a.md)"),
        ("index.md", "[a](minidl_layers/relu.py)", "[a](minidl_layers/relu.py)"),
    ],
)
def test_links_of_the_repository_lead_to_pages(page: str, markdown: str, turned: str) -> None:
    assert LINKS.site_markdown(markdown, page) == turned
