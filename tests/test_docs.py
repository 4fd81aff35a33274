"""All that the documents tell their readers to do, done."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.document_reader import Reader, shows
from tests.support.documents import BLOCK, block_commands, prose_commands, steps
from tests.support.environments import ROOT, Environment

EXAMPLES = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("examples/*/README.md"))]
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    *(str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("docs/**/*.md"))),
    *EXAMPLES,
]

INSTALLS = "installs this repository, which .ci/run does"
PROGRAMS = "needs uv or pipx, and installs this repository"
CHECKS = "checks this repository, which .ci/run does"

NOT_RUN = {
    "README.md": {
        "python3 -m venv .venv": INSTALLS,
        ".venv/bin/pip install -q -c constraints.txt .": INSTALLS,
        ".venv/bin/minidl run": "is run as minidl run, with and without options",
        ".venv/bin/pip install -q -c constraints.txt -e '.[dev]'": INSTALLS,
        ".venv/bin/python -m pytest -q -n auto --dist worksteal": CHECKS,
        "uv tool install --constraints constraints.txt . --with ./examples/minidl-swish": PROGRAMS,
        "pipx install --pip-args='-c constraints.txt' .": PROGRAMS,
        "pipx inject minidl ./examples/minidl-swish": PROGRAMS,
        "pip install minidl minidl-swish": "is for published distributions",
    },
    "CONTRIBUTING.md": {
        "python3 -m venv .venv": INSTALLS,
        ".venv/bin/pip install -c constraints.txt -e '.[dev]'": INSTALLS,
        ". .venv/bin/activate": "has nothing to activate",
        "pre-commit install": "changes this repository",
        "python -m pip install -e .": INSTALLS,
        "python -m pytest": CHECKS,
        "python -m pytest -m 'not slow'": CHECKS,
        "python -m pytest tests/contracts": CHECKS,
        "pre-commit run --all-files": CHECKS,
        "nox --session tests-3.13": "needs another Python",
        "benchmarks/run standard": "measures for a minute, in a clone",
    },
    "docs/your-own-layer.md": {
        "python -m twine upload minidl-swish/dist/*": "publishes",
        "pip install minidl-swish": "is for a published distribution",
    },
    "examples/minidl-swish/README.md": {"python -m pytest": "is run by tests/examples"},
}
"""The commands of each document that are not run, with the reason."""


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_document_tells_its_reader_to_do_can_be_done(name: str, tmp_path: Path, minidl_wheel: Path) -> None:
    folder = tmp_path / "work"
    if name in EXAMPLES:
        shutil.copytree((ROOT / name).parent, folder)
    else:
        folder.mkdir()
    reader = Reader(Environment.create(tmp_path / "environment", [minidl_wheel]), folder, tmp_path)
    for step in steps(text_of(name), NOT_RUN.get(name, ())):
        problem = None
        try:
            reader.do(step)
        except (AssertionError, OSError) as error:
            problem = str(error)
        if problem is not None:
            pytest.fail(f"{name}, line {step.line}: {problem}", pytrace=False)


@pytest.mark.parametrize("name", NOT_RUN)
def test_what_is_not_run_is_in_the_document(name: str) -> None:
    assert NOT_RUN[name].keys() <= {*block_commands(text_of(name)), *prose_commands(text_of(name))}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_block_is_overlooked(name: str) -> None:
    text = text_of(name)
    fences = re.findall(r"^\s*(?:```|~~~).*$", text, re.MULTILINE)
    assert len(fences) == 2 * len(BLOCK.findall(text))
    assert {block[1] for block in BLOCK.finditer(text)} <= {"bash", "python", "text", "toml", "csv", "mermaid"}


@pytest.mark.parametrize("name", [*DOCUMENTS, "CHANGELOG.md"])
def test_links_lead_to_files_and_headings(name: str) -> None:
    for target, anchor in re.findall(r"\]\((?!http)([^)#\s]*)#?([^)\s]*)\)", BLOCK.sub("", text_of(name))):
        path = (ROOT / name).parent / target if target else ROOT / name
        assert path.exists(), target
        headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE) if anchor else [""]
        anchors = [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings]
        assert anchor in anchors, f"{target}#{anchor}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_source_files_that_a_document_names_exist(name: str) -> None:
    named = re.findall(r"`(minidl\w*/[\w/.]+\.pyi?)`", text_of(name))
    assert [path for path in named if not path.startswith("minidl_extras/") and not (ROOT / path).is_file()] == []


DOCUMENT = """
Write `a.py`:

```python
print(0.125, "s")
```

`python a.py b` prints it, `python a.py FILE` is a form, and `python` a name.

```bash
python a.py  # now
false        # not now
```

```text
0.125 s
```

## Next

```text
$ python a.py | tr s t
… t

$ python -c 'raise SystemExit("no")'
no
```

```python
import a
```
"""


def do_all(document: str, folder: Path) -> None:
    reader = Reader(Environment(Path(sys.prefix)), folder, folder)
    for step in steps(document, ["false"]):
        reader.do(step)


@pytest.mark.slow
def test_a_reader_does_all_that_there_is_to_do(tmp_path: Path) -> None:
    do_all(DOCUMENT, tmp_path)
    commands = [getattr(step, "source", getattr(step, "command", "")).strip() for step in steps(DOCUMENT, ["false"])]
    assert commands[1:4] == ["python a.py b", "python a.py  # now", "python a.py | tr s t"]
    assert len(commands) == 6


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Write `a.py`:", "Write `b.py`:"),
        ("Write `a.py`:", "Write `c/a.py`:"),
        ("Write `a.py`:", "Write a file."),
        ("`python a.py b`", "`python b.py a`"),
        ("python a.py  # now", "python b.py  # now"),
        ("python a.py  # now", "python b.py | true  # now"),
        ("false        # not now", "false false  # now"),
        ("0.125 s\n", "0.127 s\n"),
        ("0.125 s\n", "0.125 s\nand more\n"),
        ("0.125 s\n", "0.125 t\n"),
        ("tr s t", "tr s u"),
        ("… t", "… 0.5 t"),
        ("\nno\n", "\nyes\n"),
        ("import a\n", "import b\n"),
        ("```python\nimport a\n", "```perl\nimport a\n"),
    ],
)
def test_a_mistake_in_a_document_is_found(tmp_path: Path, right: str, wrong: str) -> None:
    assert DOCUMENT.count(right) == 1
    with pytest.raises((AssertionError, OSError, ValueError)):
        do_all(DOCUMENT.replace(right, wrong), tmp_path)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("a\nb", "a  \nb\n\n"),
        ("a …", "a b c"),
        ("a\n…\nd", "a\nb\nc\nd"),
        ("a\n  …\nd", "a\nd"),
        ("loss   0.5012   1", "loss  0.5   1"),
        ("minidl 0.1.0", "minidl 0.1.0"),
    ],
)
def test_what_varies_may_differ_from_what_is_shown(shown: str, printed: str) -> None:
    assert shows(shown, printed)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("a\nb", "a\n\nb"),
        ("a …", "a b\nc"),
        ("a", "a b"),
        ("  ^", " ^"),
        ("loss 0.50", "loss 0.51"),
        ("minidl 0.1.0", "minidl 0.1.1"),
        ("25 features", "24 features"),
    ],
)
def test_nothing_else_may_differ(shown: str, printed: str) -> None:
    assert not shows(shown, printed)
