"""Usage errors have one style, and their advice works."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from minidl_core import RunConfig
from minidl_core.cli import unknown_option
from tests.support.terminal import Terminal

Run = Callable[..., subprocess.CompletedProcess[str]]
PROGRAM = str(Path(sys.executable).with_name("minidl"))

FOREIGN = {
    "--lr 0.1": "--optimizer sgd:lr=0.1",
    "--lr=0.1": "--optimizer sgd:lr=0.1",
    "-lr 0.1": "--optimizer sgd:lr=0.1",
    "--learning-rate 0.1": "--optimizer sgd:lr=0.1",
    "--learning_rate 0.1": "--optimizer sgd:lr=0.1",
    "--lr 0.1 --optimizer adam": "--optimizer adam:lr=0.1",
    "--lr 0.1 --optimizer adam:lr=0.3:weight_decay=0.1": "--optimizer adam:weight_decay=0.1:lr=0.1",
    "--momentum 0.9": "--optimizer sgd:momentum=0.9",
    "--momentum 0.9 --optimizer adam": "--optimizer sgd:momentum=0.9",
    "--weight-decay 0.01": "--optimizer sgd:weight_decay=0.01",
    "--betas 0.9+0.99": "--optimizer adam:betas=0.9+0.99",
    "--hidden 64": "--layers linear:64,relu,linear:2",
    "--units 64": "--layers linear:64,relu,linear:2",
    "--model mlp": "--layers '3*(linear:25,relu),linear:2'",
    "--num-layers 3": "--layers '3*(linear:25,relu),linear:2'",
    "--dropout 0.3": "--layers linear:25,dropout:0.3,linear:2",
    "--tanh": "--layers linear:25,tanh,linear:2",
    "--negative-slope 0.2": "--layers linear:25,leaky_relu:negative_slope=0.2,linear:2",
    "--dataset disk": "--data disk",
    "--dataset rents.csv": "--data table:rents.csv:target=COLUMN",
    "--target rent --data rents.csv": "--data table:rents.csv:target=rent",
    "--test-size 0.3 --data table:rents.csv:target=rent": "--data table:rents.csv:target=rent:test_share=0.3",
    "--delta 0.5": "--loss huber:delta=0.5",
    "--label-smoothing 0.1": "--loss cross_entropy:label_smoothing=0.1",
    "--criterion mse": "--loss mse",
    "--batch_size 20": "--batch-size 20",
    "--batch 20": "--batch-size 20",
    "--num-epochs 2": "--epochs 2",
    "--random-state 3": "--seed 3",
    "--n-jobs 2": "--threads 2",
    "--output model.safetensors": "--save model.safetensors",
    "--gpu": "--device cuda",
    "--gpu 1": "--device cuda:1",
    "--adam": "--optimizer adam",
    "--quiet": "--json",
}
"""What users of other programs write, and what a message says to write."""


@pytest.mark.parametrize("words", FOREIGN)
def test_options_of_other_programs_and_settings_get_advice(words: str) -> None:
    advice = unknown_option.advice(words.split(maxsplit=1)[0], ["run", *words.split()])
    assert advice is not None
    assert FOREIGN[words] in advice


@pytest.mark.slow
@pytest.mark.parametrize("words", [one for one in FOREIGN if "gpu" not in one and "COLUMN" not in FOREIGN[one]])
def test_following_the_advice_works(minidl: Run, tmp_path: Path, words: str) -> None:
    rows = [f"{500 + 10 * area + 100 * (area % 3) + 0.5},{area}" for area in range(20, 70)]
    (tmp_path / "rents.csv").write_text("\n".join(["rent,area", *rows]))
    done = minidl("run", *shlex.split(words))
    assert done.returncode == 2
    advised = FOREIGN[words]
    assert advised in done.stderr
    done = minidl("run", *shlex.split(advised), *(["--epochs", "1"] if "--epochs" not in advised else []))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", ["--gpu", "--output model", "--lr 0.1", "--hidden 5"])
def test_advice_names_only_options_of_the_command(minidl: Run, words: str) -> None:
    message = minidl("compare", *words.split()).stderr
    takes = minidl("compare", "--help").stdout
    for option in re.findall(r"--[a-z-]+", message.partition("has no option")[2])[1:]:
        assert f" {option} " in takes


MISTAKES = {
    "an unknown option": ("run --foo", "has no option '--foo': choose from --batch-size"),
    "a mistyped option": ("run --epoch 3", "did you mean '--epochs'?"),
    "a mistyped option of another command": ("plugins --jsn", "did you mean '--json'?"),
    "no value": ("run --save", "option '--save' requires an argument"),
    "no argument": ("describe", "missing argument 'NAME'"),
    "too many arguments": ("run a.toml b c", "there are too many arguments: drop b c"),
    "an unknown command": ("rnu", "did you mean 'run'?"),
    "an unknown command of a command": ("plugins doktor", "no such command 'doktor'"),
    "an option of the program": ("--verison", "did you mean '--version'?"),
    "one that takes a number": ("compare --sweep many", "invalid value for '--sweep'"),
    "one of minidl's own": ("run --epochs 0", "epochs must be at least 1"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_all_usage_errors_have_one_style(minidl: Run, case: str) -> None:
    words, expected = MISTAKES[case]
    done = minidl(*words.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ")
    assert expected in done.stderr
    for sign in ("Usage", "╭", "│", "\x1b", "Traceback"):
        assert sign not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("words", ["run --foo", "run --epochs 0", "rnu"])
def test_errors_are_colored_only_on_a_terminal(tmp_path: Path, words: str) -> None:
    def shown(*more: str, **environment: str) -> str:
        program = Terminal([PROGRAM, *words.split(), *more], tmp_path, **environment)
        assert program.wait() == 2
        return program.text

    assert shown().startswith("\x1b[1;31mError:\x1b[0m ")
    for plain in (shown(NO_COLOR="1"), shown("--no-color"), shown(TERM="dumb")):
        assert plain.startswith("Error: ")
        assert "\x1b" not in plain


def test_colors_can_be_forced(minidl: Run) -> None:
    assert minidl("run", "--foo", FORCE_COLOR="1").stderr.startswith("\x1b[1;31mError:\x1b[0m ")
    assert minidl("run", "--foo", FORCE_COLOR="1", NO_COLOR="1").stderr.startswith("Error: ")


HELP = [
    "",
    "run",
    "compare",
    "check",
    "describe",
    "list",
    "new",
    "plugins",
    "plugins doctor",
]


@pytest.mark.parametrize("command", HELP)
def test_help_has_an_example_and_no_types_of_flags(minidl: Run, command: str) -> None:
    wide = minidl(*command.split(), "--help", COLUMNS="250").stdout
    assert not re.search(r"<(bool|str|int|float|list)", wide)
    assert re.search(rf"Example: minidl {command}", wide)


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("command", HELP)
def test_help_does_not_break_words(minidl: Run, command: str, width: int) -> None:
    wide, narrow = (
        set(re.findall(r"[^\s│╭╮╰╯─]+", minidl(*command.split(), "--help", COLUMNS=str(columns)).stdout))
        for columns in (250, width)
    )
    assert narrow <= wide


def test_defaults_are_shown_as_defaults_and_are_those_of_a_run(minidl: Run) -> None:
    shown = " ".join(re.sub(r"[│╭╮╰╯─]", " ", minidl("run", "--help", COLUMNS="80").stdout).split())
    shown = shown.rpartition(" Options ")[2]
    for name, value in RunConfig().to_json().items():
        option = re.search(rf"--{name.replace('_', '-')} .*?(?= --[a-z-]+ )", shown)
        assert option is not None
        if value not in (None, []):
            assert f"[default: {value}]" in option[0]
    compared = " ".join(re.sub(r"[│╭╮╰╯─]", " ", minidl("compare", "--help", COLUMNS="80").stdout).split())
    assert re.search(r"--repeats N Pairs of trainings.*?\[default: 10\]", compared)


def test_an_explicit_option_overrides_the_file_even_with_the_default_value(minidl: Run, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text('epochs = 3\noptimizer = "adam"\n')
    done = minidl("run", "run.toml", "--epochs", "20", "--data", "disk:train=20:test=20", "--json")
    assert '"epochs": 20' in done.stdout
    assert '"optimizer": "adam"' in done.stdout
