"""A path that a network cannot be saved to is refused before training; if saving fails, the result is kept."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import minidl_core as minidl
from minidl_core import (
    Data,
    Dataset,
    DivergenceError,
    Module,
    Parameter,
    Preprocessing,
    RunConfig,
    SavedModelError,
    Shape,
    TrainingInterrupted,
    default_registry,
    hookimpl,
)
from minidl_core.registry import Registry, use_registry

SHORT = RunConfig(layers="linear:2", data="disk:train=20:test=20", epochs=2)


@pytest.fixture
def registry() -> Iterator[Registry]:
    """Return a registry of the test's own."""
    kept = default_registry()
    yield use_registry(Registry())
    use_registry(kept)


def config(path: Path | str, **entries: Any) -> RunConfig:
    return SHORT.updated({"save": str(path), **entries})


def long(folder: Path) -> str:
    return "a" * 300


def loop(folder: Path) -> str:
    (folder / "one").symlink_to(folder / "two")
    (folder / "two").symlink_to(folder / "one")
    return "one"


def loop_above(folder: Path) -> str:
    return f"{loop(folder)}/model"


def pipe(folder: Path) -> str:
    os.mkfifo(folder / "pipe")
    return "pipe"


def link_to_pipe(folder: Path) -> str:
    (folder / "link").symlink_to(folder / pipe(folder))
    return "link"


def listening(folder: Path) -> str:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(folder / "socket"))
    return "socket"


def below_a_file(folder: Path) -> str:
    (folder / "file").touch()
    return "file/model"


def empty_file(folder: Path) -> str:
    (folder / "empty").touch()
    return "empty"


def directory(folder: Path) -> str:
    (folder / "directory").mkdir()
    return "directory"


BAD: list[tuple[Callable[[Path], str], str]] = [
    (long, "too long"),
    (loop, "loop of links"),
    (loop_above, "is not a directory"),
    (pipe, "not a regular file"),
    (link_to_pipe, "not a regular file"),
    (listening, "not a regular file"),
    (below_a_file, "file is not a directory"),
    (empty_file, "not a network saved by minidl"),
    (directory, "is a directory"),
    (lambda folder: "new/", "is a directory"),
    (lambda folder: "", "is a directory"),
    (lambda folder: "nowhere/model", "there is no directory"),
    (lambda folder: "/dev/null", "not a regular file"),
    (lambda folder: "/dev/full", "not a regular file"),
    (lambda folder: "/dev/zero", "not a regular file"),
    (lambda folder: "/proc/model", "not writable"),
    (lambda folder: "nul\0sign", "null"),
    (lambda folder: "a/" * 3000 + "b", "too long"),
    (lambda folder: os.fsdecode(b"\xff"), "not valid UTF-8"),
]


@pytest.mark.parametrize(("make", "words"), BAD)
def test_a_place_that_cannot_be_written_is_found_out_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    name = make(tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(SavedModelError, match=words) as caught:
        minidl.run(SHORT.updated({"save": name}), hooks=[Untrained()])
    assert caught.value.exit_status == 2
    assert sorted(tmp_path.iterdir()) == before
    with pytest.raises(SavedModelError, match=words):
        minidl.save(built(), name)


class Untrained:
    """Fails where training begins."""

    @hookimpl
    def minidl_run_started(self, run: minidl.Run) -> None:
        raise AssertionError("training has begun")


def built() -> minidl.Sequential:
    model = minidl.sequential("linear:2")
    model.build(2)
    return model


@pytest.mark.parametrize("length", [240, 250, 255])
def test_a_name_may_be_as_long_as_the_system_allows(tmp_path: Path, length: int) -> None:
    path = tmp_path / ("a" * length)
    minidl.save(built(), path)
    minidl.save(built(), path)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert len(minidl.load(path)) == 1


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "model")
    minidl.save(built(), tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert not (tmp_path / "model").is_symlink()
    assert len(minidl.load(tmp_path / "model")) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_files_and_folders_without_permission_are_left_as_they_are(tmp_path: Path) -> None:
    minidl.save(built(), tmp_path / "model")
    (tmp_path / "model").chmod(0o444)
    with pytest.raises(SavedModelError, match="cannot be replaced"):
        minidl.save(built(), tmp_path / "model")
    tmp_path.chmod(0o555)
    with pytest.raises(SavedModelError, match="not writable"):
        minidl.save(built(), tmp_path / "other")
    tmp_path.chmod(0o755)


@pytest.mark.slow
@pytest.mark.parametrize("flag", ["i", "a"])
def test_a_file_that_must_not_change_is_found_out_before_training(tmp_path: Path, flag: str) -> None:
    path = tmp_path / "model"
    minidl.save(built(), path)
    change = shutil.which("chattr")
    if change is None or subprocess.run([change, f"+{flag}", path], check=False, capture_output=True).returncode:
        pytest.skip("files cannot be made immutable here")
    try:
        with pytest.raises(SavedModelError, match="cannot be replaced"):
            minidl.run(config(path), hooks=[Untrained()])
    finally:
        subprocess.run([change, f"-{flag}", path], check=True)


def test_two_configurations_that_save_to_one_file_are_refused_however_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "model")
    with pytest.raises(minidl.ConfigError, match="several configurations save to one file"):
        minidl.run_all([config(tmp_path / "model"), config(tmp_path / "link")])


class Raw(Module):
    """A layer whose setting text can say, but not as it is kept."""

    def __init__(self, key: bytes = b"") -> None:
        self.key = key


class Columns(Module):
    """A layer whose parameter lies in memory column by column."""

    def build(self, in_shape: Shape) -> Shape:
        self.weight = Parameter(torch.arange(6.0).view(2, 3).T)
        return in_shape


class Odd(Module):
    """A layer with numbers that safetensors cannot hold."""

    def build(self, in_shape: Shape) -> Shape:
        self.weight = Parameter(torch.ones(2).to_sparse())
        return in_shape


class Unwritable(Preprocessing):
    """A preprocessing that is no JSON."""

    dataset = "unwritable"

    def transform(self, source: Any) -> Tensor:
        return torch.as_tensor(source)

    def to_json(self) -> dict[str, Any]:
        return {"mean": torch.zeros(2)}


class Points(Dataset):
    """Two points."""

    def load(self, seed: int) -> Data:
        samples = torch.zeros(2, 2), torch.eye(2)
        return Data(samples, samples, "classification", preprocessing=Unwritable())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"layers": "raw:key=ab,linear:2"}, "raw: the setting key=b'ab' cannot be written as text"),
        ({"data": "unwritable"}, "not JSON serializable"),
        ({"layers": "6000*relu,linear:2"}, "6,001 layers"),
    ],
)
def test_a_network_that_cannot_be_written_is_found_out_before_training(
    tmp_path: Path, registry: Registry, entries: dict[str, Any], words: str
) -> None:
    registry.register("layer", "raw", Raw)
    registry.register("dataset", "unwritable", Points)
    with pytest.raises(SavedModelError, match=words):
        minidl.run(config(tmp_path / "model", **entries), hooks=[Untrained()])
    assert list(tmp_path.iterdir()) == []


def test_parameters_may_lie_in_memory_in_any_order(tmp_path: Path, registry: Registry) -> None:
    registry.register("layer", "columns", Columns)
    model = minidl.sequential("columns")
    model.build(2)
    model.layers[0].weight.value = torch.arange(6.0).view(2, 3).T  # type: ignore[union-attr]
    minidl.save(model, tmp_path / "model")
    assert torch.equal(minidl.load(tmp_path / "model").state()["0.weight"], model.state()["0.weight"])


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk fill up while a file is written."""

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)


@pytest.mark.usefixtures("full")
def test_where_saving_fails_the_result_hangs_on_the_error(tmp_path: Path) -> None:
    with pytest.raises(SavedModelError, match="No space left on device") as caught:
        minidl.run(config(tmp_path / "model"))
    result = caught.value.result
    assert isinstance(result, minidl.RunResult)
    assert len(result.repeats[0].history) == 2
    assert result.saved is None
    assert caught.value.exit_status == 1
    assert list(tmp_path.iterdir()) == []


def test_the_result_has_the_path_of_a_saved_network(tmp_path: Path) -> None:
    result = minidl.run(config(tmp_path / "model"))
    assert result.saved == result.to_json()["saved"] == str(tmp_path / "model")
    assert minidl.run(SHORT).to_json()["saved"] is None


@pytest.mark.usefixtures("full")
def test_of_several_configurations_all_results_are_kept(tmp_path: Path) -> None:
    with pytest.raises(SavedModelError, match=r"model1: No space left") as caught:
        minidl.run_all([config(tmp_path / "model1"), SHORT, config(tmp_path / "model2")])
    assert [len(one.repeats[0].history) for one in caught.value.result] == [2, 2, 2]
    (note,) = caught.value.__notes__
    assert "model2: No space left" in note


@pytest.mark.usefixtures("full")
def test_an_error_while_saving_is_a_note_of_the_error_that_ended_training(tmp_path: Path) -> None:
    class Interrupting:
        @hookimpl
        def minidl_epoch_ended(self, run: minidl.Run, epoch: minidl.Epoch) -> None:
            raise KeyboardInterrupt

    with pytest.raises(TrainingInterrupted) as caught:
        minidl.run(config(tmp_path / "model"), hooks=[Interrupting()])
    assert len(caught.value.result.repeats[0].history) == 1
    assert "No space left" in caught.value.__notes__[0]


def test_a_second_ctrl_c_while_saving_leaves_no_file_and_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(TrainingInterrupted) as caught:
        minidl.run(config(tmp_path / "model"))
    assert len(caught.value.result.repeats[0].history) == 2
    assert "interrupted" in caught.value.__notes__[0]
    assert list(tmp_path.iterdir()) == []


def test_the_result_has_no_path_of_a_network_that_diverged(tmp_path: Path) -> None:
    with pytest.raises(DivergenceError) as caught:
        minidl.run(config(tmp_path / "model", optimizer="sgd:lr=1e30", epochs=9))
    assert caught.value.result.saved is None


def test_what_was_trained_is_kept_where_a_later_repeat_cannot_be_made(registry: Registry) -> None:
    from minidl_datasets.disk import Disk

    class Ending(Disk):
        def load(self, seed: int) -> Data:
            if seed == 2:
                raise minidl.DataError("no more points")
            return super().load(seed)

    registry.register("dataset", "ending", Ending)
    repeats = {"data": "ending:train=20:test=20", "repeats": 3}
    with pytest.raises(minidl.DataError, match="no more points") as caught:
        minidl.run(SHORT.updated(repeats))
    assert len(caught.value.result.repeats) == 2


ENUMERATED = """
from enum import Enum
from minidl_core import Module
class Mode(Enum):
    a = "a"
    b = "b"
class Dbl(Module):
    def __init__(self, mode: Mode = Mode.a) -> None:
        self.mode = mode
    def forward(self, x):
        return x * 2
    def backward(self, grad_output):
        return grad_output * 2
"""


def test_a_layer_with_an_enumeration_is_trained_saved_and_loaded(
    minidl: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, registry: Registry
) -> None:
    import minidl_core

    (tmp_path / "layer.py").write_text(ENUMERATED)
    done = minidl(
        *("run", "--plugin", "layer.py", "--layers", "linear:4,dbl:mode=b,linear:2"),
        *("--epochs", "1", "--json", "--save", "model"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    minidl_core.load_file(tmp_path / "layer.py")
    assert str(minidl_core.spec_of(minidl_core.load(tmp_path / "model"))) == "linear:4,dbl:mode=b,linear:2"


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_where_the_disk_fills_up_scores_are_printed_whole_and_the_error_after_them(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    program = Path(sys.executable).with_name("minidl")
    words = ("run", "--data", "disk:train=20:test=20", "--epochs", "2", "--save", "model", *more)
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 1 && exec "$0" "$@"', program, *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "Error: cannot save to model: File too large"
    assert "Saved to" not in done.stdout
    if more:
        result = json.loads(done.stdout)
        assert result["saved"] is None
        assert len(result["repeats"][0]["history"]) == 2
    else:
        assert "accuracy" in done.stdout
    assert list(tmp_path.iterdir()) == []
