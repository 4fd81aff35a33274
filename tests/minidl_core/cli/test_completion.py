"""Specs are completed from metadata and source, without slow imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from minidl_core.cli.completion import complete_engine, spec_completer
from minidl_core.interfaces.loss import Loss
from minidl_core.interfaces.module import Module
from minidl_core.registry import Registry, default_registry

HEAVY = ("torch", "numpy", "polars", "minidl_layers", "minidl_losses", "minidl_optimizers", "minidl_hooks")


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Give the registry of the process, and forget afterwards what a test registers."""
    monkeypatch.delenv("_MINIDL_COMPLETE", raising=False)
    monkeypatch.setattr(default_registry(), "_entries", default_registry().entries())
    return default_registry()


def texts(kind: str, incomplete: str) -> list[str]:
    return [text for text, _ in spec_completer(kind)(incomplete)]


@pytest.mark.parametrize(
    ("kind", "incomplete", "expected"),
    [
        ("layer", "rel", ["relu"]),
        ("layer", "REL", ["relu"]),
        ("layer", "linear:25,rel", ["linear:25,relu"]),
        ("layer", "3*rel", ["3*relu"]),
        ("layer", "3*(rel", ["3*(relu"]),
        ("layer", "3*(linear:25,rel", ["3*(linear:25,relu"]),
        ("layer", "residual(tan", ["residual(tanh"]),
        ("layer", "linear:b", ["linear:bias="]),
        ("layer", "linear:in-f", ["linear:in_features="]),
        ("layer", "linear:25:b", ["linear:25:bias="]),
        ("layer", "relu,2*(linear:25:b", ["relu,2*(linear:25:bias="]),
        ("layer", "linear:", ["linear:out_features=", "linear:in_features=", "linear:bias="]),
        ("layer", "linear:bias=", ["linear:bias=true", "linear:bias=false"]),
        ("layer", "linear:25:bias=t", ["linear:25:bias=true"]),
        ("layer", "linear:out_features=", []),
        ("layer", "relu:", []),
        ("layer", "xyz", []),
        ("layer", "xyz:", []),
        ("layer", "minidl/linear:b", ["minidl/linear:bias="]),
        ("layer", "linear:25)", []),
        ("loss", "ms", ["mse"]),
        ("loss", "mse:r", ["mse:reduction="]),
        ("loss", "mse:reduction=", ["mse:reduction=samples", "mse:reduction=mean", "mse:reduction=sum"]),
        ("loss", "mse:reduction=s", ["mse:reduction=samples", "mse:reduction=sum"]),
        ("optimizer", "sgd:l", ["sgd:lr="]),
        ("dataset", "dis", ["disk"]),
        ("metric", "r2,rms", ["r2,rmse"]),
        ("layer", 'x:"a,re', []),
        ("layer", 'x:"a,re",re', ['x:"a,re",relu']),
        ("layer", "x:'(',2*(re", ["x:'(',2*(relu"]),
    ],
)
def test_names_arguments_and_values_are_completed(kind: str, incomplete: str, expected: list[str]) -> None:
    assert texts(kind, incomplete) == expected


@pytest.mark.parametrize("incomplete", ["", "linear:25,", "3*", "3*(", "residual("])
def test_every_layer_is_completed_at_the_start_of_a_component(incomplete: str) -> None:
    found = texts("layer", incomplete)

    assert {f"{incomplete}linear", f"{incomplete}relu", f"{incomplete}tanh"} <= set(found)
    assert f"{incomplete}mse" not in found


def test_engines_are_completed_and_auto() -> None:
    found = [text for text, _ in complete_engine("")]
    assert {"auto", "python"} <= set(found)
    assert [text for text, _ in complete_engine("py")] == ["python"]
    assert [text for text, _ in complete_engine("au")] == ["auto"]


def test_each_completion_comes_with_a_help_text() -> None:
    assert spec_completer("layer")("relu") == [("relu", "Rectified linear unit: replaces negative elements by zero")]
    assert spec_completer("layer")("linear:b") == [("linear:bias=", "bias: bool = True")]


def test_a_name_of_two_distributions_is_completed_in_its_qualified_form(registry: Registry) -> None:
    registry.register("loss", "mse", type("Mine", (Loss,), {}))

    assert texts("loss", "ms") == ["mse"]
    assert texts("loss", "loc") == ["local/mse"]
    assert texts("loss", "minidl/ms") == ["minidl/mse"]


def test_dashes_in_names_are_completed_as_underscores(registry: Registry) -> None:
    registry.register("loss", "soft_margin", type("Mine", (Loss,), {}))

    assert texts("loss", "soft-m") == ["soft_margin"]


def test_values_of_literals_are_completed_and_bodies_are_not(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "complete_source.py").write_text(
        "class Part(Module):\n"
        "    def __init__(self, body: Sequential, a: Literal['x', 'y'] | list[int], b: Literal[2, 3] = 2,"
        " c: Literal[Mode.X] = 0, d: int | Literal['z'] = 1): ...\n"
    )
    part = type("Part", (Module,), {"__module__": "complete_source", "__qualname__": "Part"})
    registry.register("layer", "part", part)

    assert texts("layer", "part:") == ["part:a=", "part:b=", "part:c=", "part:d="]
    assert texts("layer", "part:a=") == ["part:a=x", "part:a=y"]
    assert texts("layer", "part:b=") == ["part:b=2", "part:b=3"]
    assert texts("layer", "part:c=") == []
    assert texts("layer", "part:d=") == ["part:d=z"]


def test_in_bash_only_the_replaced_part_is_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_MINIDL_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "minidl\nrun\n--layers\nlinear:25,re")

    assert texts("layer", "linear:25,re") == ["25,relu"]


def python(source: str, **environment: str) -> str:
    command = [sys.executable, "-c", source]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True).stdout


LOADED = f"import sys; print(sorted(name for name in sys.modules if name.partition('.')[0] in {HEAVY!r}))"


@pytest.mark.slow
def test_importing_the_program_imports_no_slow_module_and_no_command() -> None:
    assert python(f"import minidl_core.cli; {LOADED}") == "[]\n"
    assert not {"minidl_commands", "pydantic"} & set(python("import minidl_core.cli, sys; print(*sys.modules)").split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "completion"),
    [
        ("minidl\nrun\n--layers\nlinear\n:\n25,re", "25,relu"),
        ("minidl\nrun\n--layers\n'2*(linear:25,re", "2*(linear:25,relu"),
        ("minidl\nrun\n--loss\n=\nmse\n:\nreduction\n=\nme", "mean"),
        ("minidl\nrun\n--optimizer\nsgd\n:\nl", "lr="),
        ("minidl\nlist\nlay", "layers"),
        ("minidl\ndescri", "describe"),
    ],
)
def test_the_program_completes_in_bash_without_slow_imports(words: str, completion: str) -> None:
    environment = {"_MINIDL_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count("\n"))}

    out = python(
        f"import atexit\natexit.register(lambda: exec({LOADED!r}))\nfrom minidl_core.cli import main\nmain()",
        **environment,
    )

    assert out.splitlines() == [completion, "[]"]
