"""`minidl run`, through the installed command."""

from __future__ import annotations

import dataclasses
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from minidl_commands._run_output import show_result
from minidl_core import FitResult, RunConfig, run
from tests.support.waiting import wait_for

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_a_bare_run_is_the_standard_test(minidl: Run) -> None:
    done = minidl("run", "--json")
    result = json.loads(done.stdout)
    assert done.returncode == 0
    assert done.stderr == ""
    config = result["config"]
    assert config["layers"] == "3*(linear:25,relu),linear:2"
    expected = {"loss": "mse", "optimizer": "sgd:lr=0.01", "data": "disk", "metrics": "accuracy"}
    expected |= {"epochs": 20, "batch_size": 10, "seed": 0, "repeats": 1, "dtype": "float32", "device": "cpu"}
    assert {key: config[key] for key in expected} == expected
    (repeat,) = result["repeats"]
    assert [epoch["epoch"] for epoch in repeat["history"]] == list(range(1, 21))
    assert repeat["final"]["test"] == repeat["history"][-1]["test"]
    assert repeat["final"]["test"]["accuracy"] > 0.9
    assert set(repeat["seconds"]) == {"initialization", "forward", "backward", "update", "total"}
    assert result["summary"]["test"]["accuracy"] == {"mean": repeat["final"]["test"]["accuracy"], "std": None}
    assert {"minidl", "torch"} <= set(result["versions"])
    assert result["data"] == {"rows": {"train": 1000, "test": 1000}, "notices": []}


def test_network_epochs_scores_and_times_are_printed(minidl: Run) -> None:
    done = minidl("run", "--epochs", "2", "--save", "model.safetensors")
    assert done.returncode == 0
    for words in (
        "linear:25",
        "1,427",
        "accuracy",
        "initialization",
        "forward",
        "backward",
        "update",
        "Saved to model",
    ):
        assert words in done.stdout
    lines = done.stderr.splitlines()
    assert [line.split()[:2] for line in lines] == [["epoch", "1/2"], ["epoch", "2/2"]]
    assert all("loss" in line and "accuracy" in line for line in lines)
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.slow
def test_a_terminal_shows_a_bar_with_live_loss_and_accuracy(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("minidl")
    master, slave = pty.openpty()
    environment = os.environ | {"COLUMNS": "120", "TERM": "xterm"}
    with subprocess.Popen(
        [program, "run", "--epochs", "15"], cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=slave
    ):
        os.close(slave)
        shown = b""
        while True:
            try:
                shown += os.read(master, 65536)
            except OSError:
                break
    text = shown.decode()
    assert "━" in text
    assert "epoch 15/15" in text
    assert "loss" in text
    assert "accuracy" in text


def test_repeats_give_mean_and_deviation_over_seeds(minidl: Run) -> None:
    options = ("--epochs", "1", "--seed", "3")
    repeated = json.loads(minidl("run", "--repeats", "3", *options, "--json").stdout)
    assert [repeat["seed"] for repeat in repeated["repeats"]] == [3, 4, 5]
    single = json.loads(minidl("run", "--epochs", "1", "--seed", "4", "--json").stdout)
    assert repeated["repeats"][1]["history"] == single["repeats"][0]["history"]
    losses = [repeat["final"]["test"]["loss"] for repeat in repeated["repeats"]]
    mean = sum(losses) / 3
    assert repeated["summary"]["test"]["loss"]["mean"] == pytest.approx(mean)
    deviation = (sum((loss - mean) ** 2 for loss in losses) / 2) ** 0.5
    assert repeated["summary"]["test"]["loss"]["std"] == pytest.approx(deviation)
    assert "±" in minidl("run", "--repeats", "2", *options).stdout


def test_the_command_line_overrides_the_file_and_the_file_the_defaults(minidl: Run, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text('layers = "linear:7,tanh,linear:2"\nepochs = 3\nbatch-size = 50\n')
    config = json.loads(minidl("run", "run.toml", "--epochs", "2", "--json").stdout)["config"]
    assert (config["layers"], config["epochs"], config["batch_size"]) == ("linear:7,tanh,linear:2", 2, 50)
    assert config["loss"] == "mse"


def test_two_processes_with_one_seed_agree_to_the_last_bit_and_another_seed_does_not(
    minidl: Run, tmp_path: Path
) -> None:
    def trained(seed: str, name: str) -> tuple[list[object], bytes]:
        words = ["run", "--epochs", "2", "--seed", seed, "--save", name, "--json"]
        done = minidl(*words, PYTHONHASHSEED="random")  # in a process of its own
        return json.loads(done.stdout)["repeats"][0]["history"], (tmp_path / name).read_bytes()

    first, again, other = trained("1", "a"), trained("1", "b"), trained("2", "c")
    assert first == again
    assert first[0] != other[0]
    assert first[1] != other[1]


def test_a_table_trains_from_the_same_command(minidl: Run, tmp_path: Path) -> None:
    rows = "".join(f"{x},{'north' if x % 2 else 'south'},{'high' if x > 20 else 'low'}\n" for x in range(40))
    (tmp_path / "heights.csv").write_text("x,side,level\n" + rows)
    done = minidl("run", "--data", "table:heights.csv:target=level", "--optimizer", "adam:lr=0.01", "--json")
    result = json.loads(done.stdout)
    assert result["config"]["loss"] == "cross_entropy"
    assert result["config"]["layers"] == "3*(linear:25,relu),linear:2"
    assert result["summary"]["test"]["accuracy"]["mean"] >= 0.75


BAD = {
    "unknown layer": (("--layers", "linear:25,rleu,linear:2"), "did you mean 'relu'", "          ^"),
    "unknown argument": (("--layers", "linear:2:bais=true"), "no argument 'bais'", "did you mean 'bias'"),
    "badly typed argument": (("--layers", "linear:many"), "out_features must be a whole number", "'many'"),
    "malformed spec": (("--layers", "linear:25,,linear:2"), "at position 11", "expected a component's name"),
    "unclosed group": (("--layers", "3*(linear:25,relu"), "')'", "the end"),
    "sizes that don't fit": (
        ("--layers", "linear:32,relu,linear:2:in_features=25"),
        "linear at position 3 expects 25 input features, but relu before it gives 32",
        "in_features=32",
    ),
    "output that doesn't fit": (
        ("--layers", "linear:3"),
        "linear at position 1 gives 3",
        "end the layers with linear:2",
    ),
    "missing file": (("--data", "table:missing.csv:target=y"), "missing.csv", "no"),
    "directory": (("--data", "table:folder.csv:target=y"), "folder.csv", "directory"),
    "empty file": (("--data", "table:empty.csv:target=y"), "empty.csv", "empty"),
    "wrong encoding": (("--data", "table:latin.csv:target=y"), "latin.csv", "UTF-8"),
    "missing target": (("--data", "table:good.csv:target=heigth"), "heigth", "'height'"),
    "no target": (("--data", "table:good.csv"), "target=", "height"),
    "batch size 0": (("--batch-size", "0"), "batch-size must be at least 1", "not 0"),
    "batch size text": (("--batch-size", "ten"), "batch-size must be a whole number", "'ten'"),
    "epochs 0": (("--epochs", "0"), "epochs must be at least 1", "not 0"),
    "negative epochs": (("--epochs", "-3"), "epochs must be at least 1", "not -3"),
    "negative learning rate": (("--optimizer", "sgd:lr=-0.1"), "lr must be", "-0.1"),
    "NaN learning rate": (("--optimizer", "sgd:lr=nan"), "lr must be", "nan"),
    "a file's name as data": (("--data", "good.csv"), "write table:good.csv:target=COLUMN", "is not a dataset"),
    "a file that no component reads": (("--data", "table:good.xlsx:target=y"), ".csv", ".parquet"),
    "unknown loss": (("--loss", "mce"), "there is no loss 'mce'", "did you mean 'mse'"),
    "a layer for a loss": (("--loss", "relu"), "'relu' is a layer", "mse"),
    "unknown device": (("--device", "quantum"), "device 'quantum'", "device=cpu"),
    "a device that this torch lacks": (("--device", "hpu"), "device 'hpu'", "device=cpu"),
    "a device without numbers": (("--device", "meta"), "device 'meta'", "device=cpu"),
    "a device of another build": (("--device", "cuda:99"), "device 'cuda:99'", "device=cpu"),
    "a second processor": (("--device", "cpu:1"), "device 'cpu:1'", "cpu"),
    "a device with a control sign": (("--device", "cp\x1bu"), r"device 'cp\x1bu'", "device=cpu"),
    "300 letters as data": (("--data", "a" * 300), "there is no dataset", "table"),
    "300 letters as a file": (("--data", "a" * 300 + ".csv"), "is not a dataset", "write table:"),
    "300 letters as a plugin": (("--plugin", "a" * 300 + ".py"), "there is no plugin file", ".py"),
    "300 letters as a configuration": (("a" * 300,), "cannot be read", "too long"),
    "a number of 5000 digits": (("--seed", "1" * 5000), "seed must be a whole number", "…"),
    "a whole number with an exponent": (("--epochs", "1e9"), "epochs must be a whole number", "'1e9'"),
    "more epochs than a life has seconds": (("--epochs", "9" * 20), "epochs must be at most", "999"),
    "more repeats than there is memory for": (("--repeats", "9" * 10), "repeats must be at most", "999"),
    "unknown dtype": (("--dtype", "float8"), "dtype must be one of float32, float64", "float8"),
    "missing configuration": (("absent.toml",), "absent.toml", "cannot be read"),
    "unknown key": (("unknown.toml",), "epoch", "did you mean 'epochs'"),
    "broken TOML": (("broken.toml",), "broken.toml is not valid TOML", "line 1"),
    "save to nowhere": (("--save", "nowhere/model"), "there is no directory nowhere", "create it first"),
    "several networks to one file": (("--save", "model", "--repeats", "2"), "repeats", "save writes one network"),
}


@pytest.mark.parametrize("case", BAD)
def test_invalid_input_is_an_error_without_a_traceback(minidl: Run, tmp_path: Path, case: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "empty.csv").touch()
    (tmp_path / "latin.csv").write_bytes("name,y\nJosé,1\nAna,2\n".encode("latin-1"))
    (tmp_path / "good.csv").write_text("width,height\n" + "".join(f"{x},{x / 7}\n" for x in range(30)))
    (tmp_path / "good.xlsx").write_text("x")
    (tmp_path / "unknown.toml").write_text("epoch = 3\n")
    (tmp_path / "broken.toml").write_text("epochs = = 3\n")
    before = sorted(tmp_path.iterdir())
    arguments, *expected = BAD[case]
    done = minidl("run", *arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
    assert max(map(len, done.stderr.splitlines())) < 700
    for words in expected:
        assert words in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_divergence_is_reported_with_its_step_and_exits_with_1(minidl: Run) -> None:
    done = minidl("run", "--optimizer", "sgd:lr=1000", "--save", "model")
    assert done.returncode == 1
    assert "at step" in done.stderr
    assert "learning rate" in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_shows_the_traceback(minidl: Run) -> None:
    done = minidl("run", "--epochs", "0", "--debug")
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert "ConfigError" in done.stderr


EPOCH_REPORTED = """
from pathlib import Path
from minidl import hookimpl

@hookimpl
def minidl_epoch_ended(run, epoch):
    Path("ended").touch()
"""


@pytest.mark.slow
@pytest.mark.parametrize("as_json", [False, True])
def test_ctrl_c_prints_the_results_so_far(tmp_path: Path, as_json: bool) -> None:
    program = Path(sys.executable).with_name("minidl")
    (tmp_path / "reporting.py").write_text(EPOCH_REPORTED)
    command = [program, "run", "--plugin", "reporting.py", "--epochs", "100000", "--save", "model.safetensors"]
    command += ["--json"] if as_json else []
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        wait_for(tmp_path / "ended", process)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert "Interrupted" in stderr
    assert (tmp_path / "model.safetensors").exists()
    if as_json:
        result = json.loads(stdout)
        assert result["interrupted"] is True
        assert len(result["repeats"][0]["history"]) >= 1
    else:
        assert "accuracy" in stdout


def test_a_meaningless_deviation_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    config = RunConfig(epochs=1, data="disk:train=40:test=40", engine="python")
    show_result(run(config))
    assert "±" not in capsys.readouterr().out
    several = run(config.updated({"repeats": 3}))
    for size in (1, 3):
        for repeat in several.repeats:
            repeat.together = size
        show_result(several)
        scores, times = capsys.readouterr().out.split("phase")
        assert scores.count("±") == 5  # with the title's
        assert ("±" in times) == (size == 1)
        assert ("an equal share each" in times) == (size == 3)


def test_one_finished_repeat_has_no_deviation(capsys: pytest.CaptureFixture[str]) -> None:
    result = run(RunConfig(epochs=1, data="disk:train=40:test=40"))
    shown = dataclasses.replace(result, repeats=[*result.repeats, FitResult(result.repeats[0].model, 1)])
    show_result(shown)
    assert "±" not in capsys.readouterr().out.partition("phase")[0]
    assert shown.to_json()["summary"]["test"]["loss"]["std"] is None


def test_results_have_the_engine_and_the_number_of_repeats_trained_at_once(minidl: Run) -> None:
    options = ("--epochs", "1", "--data", "disk:train=40:test=40", "--repeats", "3", "--engine", "python", "--json")
    result = json.loads(minidl("run", *options).stdout)
    assert result["config"]["engine"] == "python"
    assert [(repeat["engine"], repeat["together"]) for repeat in result["repeats"]] == [("python", 1)] * 3


def test_an_unknown_engine_is_refused_with_a_suggestion(minidl: Run) -> None:
    done = minidl("run", "--engine", "pyhton")
    assert done.returncode == 2
    assert "there is no engine 'pyhton': did you mean 'python'?" in done.stderr


def test_the_notice_of_an_engine_is_shown_once(minidl: Run, tmp_path: Path) -> None:
    (tmp_path / "parts.py").write_text(
        "from minidl_core.training.python_engine import Python\n"
        "class Other(Python):\n"
        "    def start(self, runs):\n"
        "        steps = super().start(runs)\n"
        "        steps.notice = 'relu at position 2 is run in Python'\n"
        "        return steps\n"
    )
    options = ("--epochs", "1", "--data", "disk:train=40:test=40", "--repeats", "2", "--plugin", "parts.py")
    done = minidl("run", *options, "--engine", "other")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Note: relu at position 2 is run in Python\n") == 1
    result = json.loads(minidl("run", *options, "--engine", "other", "--json").stdout)
    assert {"message": "relu at position 2 is run in Python", "warning": False} in result["data"]["notices"]
    assert result["config"]["engine"] == "other"
