"""`minidl compare`, through the installed command."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

SHORT = ("compare", "--data", "disk:train=60:test=60", "--epochs", "2", "--repeats", "2")
PARTS = Path(__file__).with_name("parts_with_twins.py")


@pytest.mark.slow
def test_people_see_the_phases_the_scores_and_the_difference(minidl: Run) -> None:
    done = minidl(*SHORT)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for words in ("initialization", "update", "total", "accuracy", "±", "2 repeats", "Largest difference"):
        assert words in done.stdout


@pytest.mark.slow
def test_json_is_all_that_is_printed_and_figures_are_drawn_beside_it(minidl: Run, tmp_path: Path) -> None:
    done = minidl(*SHORT, "--json", "--figures", "pictures", "--format", "svg", "--sweep", "0", "--seed", "7")
    result = json.loads(done.stdout)
    assert [repeat["seed"] for repeat in result["torch"]["repeats"]] == [7, 8]
    assert result["config"]["repeats"] == 2
    assert result["config"]["threads"] == 1
    assert result["steps"] == {}
    names = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert names == ["figure-1-points.svg", "figure-2-learning.svg"]


@pytest.mark.slow
def test_figures_that_are_left_out_are_told(minidl: Run, tmp_path: Path) -> None:
    rows = "".join(f"{x},{x % 7},{x % 3},{'high' if x > 20 else 'low'}\n" for x in range(40))
    (tmp_path / "rows.csv").write_text("a,b,c,level\n" + rows)
    options = ("--epochs", "1", "--repeats", "1", "--sweep", "0", "--figures", "pictures")
    done = minidl("compare", "--data", "table:rows.csv:target=level", *options)
    assert done.returncode == 0, done.stderr
    assert "Left out: the points and the misclassified ones: samples have the shape (3,)" in done.stdout
    assert [path.name for path in (tmp_path / "pictures").iterdir()] == ["figure-2-learning.png"]


BAD = {
    "a part without a twin": (
        2,
        ("--plugin", str(PARTS), "--layers", "linear:2,alone"),
        "alone at position 2",
        "torch_twin",
    ),
    "a wrong twin": (1, ("--plugin", str(PARTS), "--layers", "linear:2,raising"), "no such luck"),
    "unknown layer": (2, ("--layers", "linear:25,rleu,linear:2"), "did you mean 'relu'"),
    "no repeats": (2, ("--repeats", "0"), "repeats must be at least 1"),
    "unknown format": (2, ("--figures", "pictures", "--format", "gif"), "png or svg"),
    "a folder that is nowhere": (2, ("--figures", "nowhere/pictures"), "nowhere"),
    "divergence": (1, ("--optimizer", "sgd:lr=1e9"), "at step"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", BAD)
def test_what_goes_wrong_is_explained_without_a_traceback(minidl: Run, tmp_path: Path, case: str) -> None:
    status, options, *expected = BAD[case]
    done = minidl(*SHORT, *options)
    assert done.returncode == status, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
    for words in expected:
        assert words in done.stderr
    assert list(tmp_path.iterdir()) == []
