"""`minidl compare`, through the installed command."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from minidl_compare import compare
from minidl_compare.config import CompareConfig
from minidl_compare.figures import drawing
from minidl_core import RunError

Run = Callable[..., subprocess.CompletedProcess[str]]

SHORT = ("compare", "--data", "disk:train=60:test=60", "--epochs", "2", "--repeats", "2")
PARTS = Path(__file__).with_name("parts_with_twins.py")


@pytest.mark.slow
def test_the_table_has_phases_scores_and_the_largest_difference(minidl: Run) -> None:
    done = minidl(*SHORT)
    assert done.returncode == 0, done.stderr
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["pair 1/2", "pair 2/2"]
    for words in ("initialization", "update", "total", "accuracy", "±", "2 epochs", "2 repeats", "Largest difference"):
        assert words in done.stdout


@pytest.mark.slow
def test_json_is_printed_alone_and_figures_are_drawn_too(minidl: Run, tmp_path: Path) -> None:
    done = minidl(*SHORT, "--json", "--figures", "pictures", "--format", "svg", "--sweep", "0", "--seed", "7")
    result = json.loads(done.stdout)
    assert done.stderr == ""
    assert [repeat["seed"] for repeat in result["torch"]["repeats"]] == [7, 8]
    assert result["config"]["repeats"] == 2
    assert result["config"]["threads"] == 1
    assert result["steps"] == {}
    names = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert names == ["figure-1-points.svg", "figure-2-learning.svg"]


@pytest.mark.slow
def test_figures_that_are_not_drawn_are_reported(minidl: Run, tmp_path: Path) -> None:
    rows = "".join(f"{x},{x % 7},{x % 3},{'high' if x > 20 else 'low'}\n" for x in range(40))
    (tmp_path / "rows.csv").write_text("a,b,c,level\n" + rows)
    options = ("--epochs", "1", "--repeats", "1", "--sweep", "0", "--figures", "pictures")
    done = minidl("compare", "--data", "table:rows.csv:target=level", *options)
    assert done.returncode == 0, done.stderr
    assert " 1 epoch " in done.stdout
    assert "Not drawn: the points and the misclassified points, because samples have the shape (3,)" in done.stdout
    assert [path.name for path in (tmp_path / "pictures").iterdir()] == ["figure-2-learning.png"]


@pytest.mark.slow
def test_options_override_a_configuration_file(minidl: Run, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text('data = "disk:train=60:test=60"\nepochs = 3\nrepeats = 2\nengine = "auto"\n')
    done = minidl("compare", "run.toml", "--epochs", "1", "--engine", "python", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["config"]["epochs"] == 1
    assert result["config"]["engine"] == "python"
    assert len(result["minidl"]["repeats"]) == 2


def test_results_are_printed_even_if_figures_cannot_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(drawing, "_write", failing)
    config = CompareConfig().updated({"data": "disk:train=60:test=60", "epochs": 1, "repeats": 1})
    with pytest.raises(RunError, match="No space left on device") as caught:
        compare._compare(config, 0, tmp_path, "png", as_json=True)
    assert caught.value.exit_status == 1
    assert json.loads(capsys.readouterr().out)["interrupted"] is False


BAD = {
    "a part without a twin": (
        2,
        ("--plugin", str(PARTS), "--layers", "linear:2,without_twin"),
        "without_twin at position 2",
        "torch_twin",
    ),
    "a wrong twin": (1, ("--plugin", str(PARTS), "--layers", "linear:2,raising"), "no such luck"),
    "unknown layer": (2, ("--layers", "linear:25,rleu,linear:2"), "did you mean 'relu'"),
    "no repeats": (2, ("--repeats", "0"), "repeats must be at least 1"),
    "a format without figures": (2, ("--format", "svg"), "--format needs figures", "--figures FOLDER"),
    "a small sweep": (2, ("--sweep", "7"), "at least 3000 points"),
    "a file with an unsupported entry": (2, (str(Path(__file__).with_name("saving.toml")),), "no save"),
    "PyTorch's own error": (
        1,
        ("--layers", "linear:4,batch_norm:eps=0,linear:2"),
        "on PyTorch's side",
        "batch_norm at",
    ),
    "unknown format": (2, ("--figures", "pictures", "--format", "gif"), "png or svg"),
    "a missing folder": (2, ("--figures", "nowhere/pictures"), "nowhere"),
    "divergence": (1, ("--optimizer", "sgd:lr=1e9"), "in repeat 1, on minidl's side", "at step", "of 2)"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", BAD)
def test_errors_are_explained_without_a_traceback(minidl: Run, tmp_path: Path, case: str) -> None:
    status, options, *expected = BAD[case]
    done = minidl(*SHORT, *options)
    assert done.returncode == status, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
    for words in expected:
        assert words in done.stderr
    assert list(tmp_path.iterdir()) == []
