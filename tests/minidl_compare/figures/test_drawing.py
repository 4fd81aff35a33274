"""Drawing the figures of a comparison to files."""

from __future__ import annotations

import os
import struct
import tomllib
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from minidl_compare import Comparison, compare_with_torch, draw
from minidl_compare.comparison_result import Quartiles, StepTime
from minidl_compare.figures import drawing
from minidl_compare.figures.learning import learning
from minidl_compare.figures.times import times
from minidl_core import InputError, RunConfig, RunError
from tests.support.environments import ROOT

NAMES = ["figure-1-points", "figure-2-learning", "figure-3-times"]


@pytest.fixture(scope="module")
def result() -> Comparison:
    config = RunConfig(data="disk:train=60:test=60", epochs=2, repeats=2)
    spent = {"forward": 0.1, "backward": 0.2, "update": 0.1, "step": 0.4}
    times = [StepTime(size, spent, spent, Quartiles(1, 1, 1)) for size in (10, 100)]
    return replace(compare_with_torch(config), steps={"points": times, "width": times, "batch_size": times})


@pytest.mark.slow
def test_figures_are_png_files_of_a_legible_size(result: Comparison, tmp_path: Path) -> None:
    paths = draw(result, tmp_path / "new")
    assert paths == [tmp_path / "new" / f"{name}.png" for name in NAMES]
    assert sorted(paths) == sorted((tmp_path / "new").iterdir())
    for path in paths:
        content = path.read_bytes()
        assert content.startswith(b"\x89PNG\r\n\x1a\n")
        assert content.endswith(b"IEND\xaeB`\x82")
        width, height = struct.unpack(">II", content[16:24])
        assert min(width, height) >= 600


@pytest.mark.slow
def test_svg_figures_have_labels_and_are_reproducible(result: Comparison, tmp_path: Path) -> None:
    paths = draw(result, tmp_path, "svg")
    first = [path.read_bytes() for path in paths]
    assert [ET.fromstring(content).tag for content in first] == ["{http://www.w3.org/2000/svg}svg"] * 3
    assert [path.read_bytes() for path in draw(result, tmp_path, "svg")] == first
    labels = ["standard deviations from the mean", "training loss (mse)", "time (milliseconds)"]
    for label, content in zip(labels, first, strict=True):
        assert f"<!-- {label}" in content.decode() or label in content.decode()


@pytest.mark.parametrize("epochs", [1, 2, 40])
def test_curves_have_markers_at_whole_epochs(epochs: int) -> None:
    figure = learning(compare_with_torch(RunConfig(data="disk:train=60:test=60", epochs=epochs, repeats=2)))
    axes = figure.axes[0]
    figure.draw_without_rendering()
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
    assert ticks
    assert all(tick == round(tick) for tick in ticks)
    assert len(axes.lines) == 6
    for line in axes.lines:
        assert line.get_marker() in {"o", "s"}
        assert 1 <= epochs / line.get_markevery() <= 6


def test_times_of_both_engines_are_drawn(result: Comparison) -> None:
    def labels(steps: list[StepTime]) -> list[str]:
        (axes, *_) = times({"points": steps}).axes
        return [text.get_text() for text in axes.get_legend().get_texts()]

    assert labels(result.steps["points"]) == ["minidl", "PyTorch"]
    both = [replace(time, python=time.torch) for time in result.steps["points"]]
    assert labels(both) == ["minidl", "minidl in Python", "PyTorch"]


def test_titles_do_not_touch_the_labels_above_them(result: Comparison) -> None:
    figure = times(result.steps)
    figure.draw_without_rendering()
    above, below = figure.axes[0], figure.axes[3]
    gap = above.xaxis.label.get_window_extent().y0 - below.title.get_window_extent().y1
    assert gap > 1.5 * below.title.get_window_extent().height


def test_figures_without_numbers_are_left_out(result: Comparison, tmp_path: Path) -> None:
    plain = replace(result, decisions=None, left_out="no plane", steps={})
    assert [path.stem for path in draw(plain, tmp_path)] == ["figure-2-learning"]


@pytest.mark.slow
def test_no_file_is_left_if_drawing_fails(result: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kept.txt").touch()
    original = Path.write_bytes

    def failing(path: Path, content: bytes) -> int:
        if path.name.startswith(NAMES[2]):
            raise OSError(28, "No space left on device")
        return original(path, content)

    monkeypatch.setattr(Path, "write_bytes", failing)
    for folder in (tmp_path, tmp_path / "new"):
        with pytest.raises(RunError, match="could not be written to .*No space left on device"):
            draw(result, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


@pytest.mark.parametrize(
    ("folder", "form", "message"),
    [
        ("a", "jpg", "png or svg, not 'jpg'"),
        ("file/a", "png", "is not a directory"),
        ("file", "png", "file"),
        ("a" * 300, "png", "too long"),
        (f"{'a' * 300}/a", "png", "too long"),
        ("one", "png", "one is not a directory"),
        ("one/a", "png", "symbolic links"),
        ("pipe", "png", "pipe is not a directory"),
        ("nul\0sign", "png", "null"),
        ("taken", "svg", r"figure-1-points\.svg is a directory"),
    ],
)
def test_a_folder_or_format_that_cannot_be_used_is_refused_before_training(
    tmp_path: Path, folder: str, form: str, message: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "taken/figure-1-points.svg").mkdir(parents=True)
    with pytest.raises(InputError, match=message):
        drawing.check_drawing(tmp_path / folder, form)


def test_a_missing_matplotlib_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "find_spec", lambda _: None)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (needed,) = project["optional-dependencies"]["compare"]
    with pytest.raises(InputError, match=f"not installed: pip install '{needed}'$"):
        drawing.check_drawing(tmp_path, "png")
