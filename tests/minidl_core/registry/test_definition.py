"""Signatures and docstrings are read from source without running it."""

from __future__ import annotations

import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from minidl_core.errors import PluginError
from minidl_core.interfaces.loss import Loss
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import Definition, Entry, Registry, Setting, default_registry, definition_of, read_definition
from minidl_core.registry.definition import LONGEST_SHOWN, LONGEST_SOURCE

Write = Callable[[str], Entry]
RAISES = "raise SystemError('imported')\n"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Give a function that writes a module and returns the entry of the part named Part in it."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(
        source: str, target: str = "part_source:Part", path: str = "part_source.py", kind: str = "command"
    ) -> Entry:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")
        return Entry(kind, "part", "acme", "1.0", target)

    yield write
    for name in [name for name in sys.modules if name.startswith("part_")]:
        del sys.modules[name]


def settings_of(definition: Definition | None) -> list[str]:
    assert definition is not None
    return [str(setting) for setting in definition.settings]


def test_names_annotations_and_defaults_of_a_constructor_are_read_as_written(write: Write) -> None:
    entry = write(
        RAISES + "class Part(Module):\n"
        "    def forward(self, x): ...\n"
        "    def __init__(self, width: int, rate: float = 1e-3, *, mode: Literal['a', 'b'] = 'a', body: Sequential, free=None):\n"
        "        ...\n"
    )

    assert settings_of(read_definition(entry)) == [
        "width: int",
        "rate: float = 0.001",
        "mode: Literal['a', 'b'] = 'a'",
        "body: Sequential",
        "free = None",
    ]


def test_positional_only_arguments_are_read(write: Write) -> None:
    entry = write("class Part:\n    def __init__(self, a, /, b=2): ...\n")

    assert settings_of(read_definition(entry)) == ["a", "b = 2"]


def test_the_docstring_and_its_first_line_are_read(write: Write) -> None:
    definition = read_definition(write(RAISES + 'class Part:\n    """Does it – well.\n\n    At length.\n    """\n'))

    assert definition == Definition((), "Does it – well.\n\nAt length.")
    assert definition.summary == "Does it – well"


def test_a_function_is_read_like_a_constructor(write: Write) -> None:
    entry = write(RAISES + 'def Part(path: str, loud: bool = False) -> None:\n    """Go."""\n')

    assert read_definition(entry) == Definition((Setting("path", "str"), Setting("loud", "bool", "False")), "Go.")


def test_a_module_as_a_whole_has_its_docstring(write: Write) -> None:
    entry = write('"""Hooks that watch."""\n' + RAISES, target="part_source")

    assert read_definition(entry) == Definition((), "Hooks that watch.")


@pytest.mark.parametrize("base", ["Module", "minidl.Loss", "object", "Optimizer, Component"])
def test_a_class_without_a_constructor_that_derives_from_an_interface_has_no_settings(write: Write, base: str) -> None:
    assert read_definition(write(RAISES + f"class Part({base}): ...\n")) == Definition((), "")


@pytest.mark.parametrize("bases", ["", "()", "(Protocol)"])
def test_a_method_named_like_the_class_is_not_its_constructor(write: Write, bases: str) -> None:
    definition = read_definition(write(f"class Part{bases}:\n    def Part(self, wrong): ...\n"))

    assert definition is None or definition.settings == ()


@pytest.mark.parametrize(
    "source",
    [
        "from elsewhere import Part\n",
        "Part = make()\n",
        "Part = 3\n",
        "if True:\n    class Part: ...\n",
        "class Other: ...\n",
        "class Part(SomethingElse): ...\n",
        "@dataclass\nclass Part(Loss):\n    width: int\n",
        "class Part(:\n",
        "def Part(x=" + 300 * "(" + "1" + 300 * ")" + "): ...\n",
        "Part = " + "1+" * 20000 + "1\n",
        "",
    ],
)
def test_definitions_that_the_source_does_not_show_are_not_guessed(write: Write, source: str) -> None:
    assert read_definition(write(RAISES + source)) is None


@pytest.mark.parametrize(
    "target", ["part_source:Outer.Part", "part_nowhere:Part", "part_source.inner:Part", "sys:Part", ":Part"]
)
def test_modules_without_a_source_file_have_no_definition(write: Write, target: str) -> None:
    assert read_definition(write("class Outer:\n    class Part: ...\n", target)) is None


def test_source_that_is_not_text_is_not_read(write: Write, tmp_path: Path) -> None:
    entry = write("")
    (tmp_path / "part_source.py").write_bytes(b"class Part:\n    '\xff'\x00\n")

    assert read_definition(entry) is None


def test_packages_are_entered_without_importing_them(write: Write) -> None:
    write(RAISES, path="part_outer/__init__.py")
    write(RAISES, path="part_outer/inner/__init__.py")
    entry = write(
        RAISES + "class Part:\n    def __init__(self, a): ...\n",
        "part_outer.inner.deep:Part",
        "part_outer/inner/deep.py",
    )

    assert settings_of(read_definition(entry)) == ["a"]
    assert not [name for name in sys.modules if name.startswith("part_outer")]


def test_packages_without_an_init_file_are_no_problem(write: Write) -> None:
    flat = write("class Part: ...", "part_space.deep:Part", "part_space/deep.py")
    deep = write("class Part: ...", "part_space.inner.deep:Part", "part_space/inner/deep.py")

    assert read_definition(flat) is not None
    assert read_definition(deep) is None


def test_a_part_is_imported_if_its_source_does_not_show_the_definition(write: Write) -> None:
    entry = write(
        "from __future__ import annotations\n"
        "from minidl_core.interfaces.loss import Loss\n"
        "from minidl_core.interfaces.sequential import Sequential\n"
        "class Base(Loss):\n"
        "    def __init__(self, body: Sequential, rate: float | None = 0.5): ...\n"
        "class Part(Base):\n"
        "    'Derived.'\n",
        kind="loss",
    )

    assert read_definition(entry) is None
    assert settings_of(definition_of(entry)) == ["body: Sequential", "rate: float | None = 0.5"]
    assert definition_of(entry).docstring == "Derived."


def test_a_part_that_must_be_imported_and_cannot_be_is_a_plugin_error(write: Write) -> None:
    with pytest.raises(PluginError, match="SystemError: imported"):
        definition_of(write(RAISES + "Part = 3\n"))


class Plain(Loss):
    """A loss without settings."""


def test_a_registered_part_describes_itself() -> None:
    class Local(Loss):
        """Local."""

        def __init__(self, rate: float, body: Sequential, sizes: list[int] | None = None) -> None: ...

    registry = Registry([])
    registry.register("loss", "local", Local)
    registry.register("loss", "plain", Plain)

    assert settings_of(definition_of(registry.find("loss", "local"))) == [
        "rate: float",
        "body: Sequential",
        "sizes: list[int] | None = None",
    ]
    assert definition_of(registry.find("loss", "plain")) == Definition((), "A loss without settings.")


SHIPPED = [e for e in default_registry().entries() if e.distribution == "minidl" and e.kind not in {"command", "hook"}]


@pytest.mark.parametrize("entry", SHIPPED, ids=lambda entry: f"{entry.kind} {entry.name}")
def test_source_and_import_of_every_part_of_minidl_give_the_same_definition(entry: Entry) -> None:
    part = entry.load()

    definition = read_definition(entry)

    assert definition is not None
    assert [setting.name for setting in definition.settings] == list(part.signature().parameters)
    assert definition.docstring.startswith(part.__doc__.partition("\n")[0])
    assert definition.summary


def test_a_default_that_is_nested_too_deeply_is_not_shown(write: Write) -> None:
    assert read_definition(write(f"def Part(x={'+'.join('1' * 3000)}): ...\n")) is None


def test_source_that_is_too_long_is_not_parsed(write: Write) -> None:
    assert read_definition(write("def Part(): ...\n" + "#" * LONGEST_SOURCE)) is None


def test_a_summary_is_shortened_and_control_characters_are_escaped(write: Write) -> None:
    entry = write(f'def Part(x="{"v" * 1000}"):\n    """Red\\x1b[31m {"d" * 1000}"""\n')
    definition = read_definition(entry)

    assert definition is not None
    assert len(definition.summary) < LONGEST_SHOWN + 10
    assert definition.summary.startswith("Red\\x1b[31m ddd")
    assert [len(text) for text in settings_of(definition)] == [LONGEST_SHOWN]


def test_warnings_about_a_plugins_source_are_not_shown(write: Write) -> None:
    with warnings.catch_warnings(action="error"):
        assert read_definition(write("def Part(): ...\nx = '\\d' is 3\n")) is not None


def test_a_module_in_a_zip_file_is_read_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    egg = tmp_path / "acme-1.0-py3.11.egg"
    with zipfile.ZipFile(egg, "w") as file:
        file.writestr("part_zipped/__init__.py", RAISES)
        file.writestr("part_zipped/deep.py", RAISES + "def Part(speed: int = 1):\n    'Go.'\n")
    monkeypatch.syspath_prepend(str(egg))

    definition = read_definition(Entry("command", "part", "acme", "1.0", "part_zipped.deep:Part"))

    assert definition == Definition((Setting("speed", "int", "1"),), "Go.")


@pytest.mark.parametrize(
    "source",
    [
        "class Odd:\n    def __repr__(self): 1 / 0\nfrom elsewhere_not import x",
        "class Odd:\n    def __repr__(self): 1 / 0\nPart = lambda x=Odd(): x",
        "Part = lambda: 0\nPart.__doc__ = 3",
        "Part = lambda: 0\nPart.__signature__ = 3",
    ],
)
def test_a_part_that_cannot_be_inspected_is_an_error_with_its_name(write: Write, source: str) -> None:
    with pytest.raises(PluginError, match=r"the command 'part' of acme 1\.0 cannot be"):
        definition_of(write(source))
