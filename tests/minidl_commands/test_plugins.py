"""`minidl plugins`, and the whole program with broken, blocked and conflicting plugins."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.site_packages import Site

Run = Callable[..., subprocess.CompletedProcess[str]]

LAYER = """
    from minidl_core import Module
    class Swish(Module):
        '''A layer.'''
        def forward(self, x):
            self.x = x
            return x
        def backward(self, grad_output):
            return grad_output
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return a folder that only the programs that a test starts have on their import path."""
    return Site(tmp_path / "site")


@pytest.fixture
def run(minidl: Run, site: Site) -> Run:
    """Return a function that runs the program with the site on its import path."""
    return lambda *words, **variables: minidl(*words, PYTHONPATH=str(site.path), **variables)


def broken(site: Site) -> None:
    """Install a distribution for each way of being broken."""
    modules = {
        "absent": None,
        "importing": "import nowhere_at_all",
        "syntax": "def (:",
        "exiting": "import sys; sys.exit(0)",
        "interrupting": "raise KeyboardInterrupt",
        "odd": "class Odd(BaseException): pass\nraise Odd",
        "empty": "",
        "wrong": "Part = 3",
    }
    for name, source in modules.items():
        if source is not None:
            site.module(f"plug_{name}", source)
        target = f"plug_{name}:Part"
        groups = {"layers": name, "commands": f"do-{name}", "hooks": f"watch-{name}"}
        text = "".join(f"[minidl.{group}]\n{part} = {target}\n" for group, part in groups.items())
        site.install(f"acme-{name}", text)
    site.install("acme-malformed", "[minidl.layers]\nmalformed\n[minidl.commands]\n= :\n")
    (site.install("acme-nameless", "[minidl.layers]\nnameless = plug:S\n") / "METADATA").unlink()
    (site.install("acme-binary", "[minidl.layers]\n") / "entry_points.txt").write_bytes(b"\xff\xfe[minidl.layers]")
    site.install(
        "acme-later", "[minidl.layers]\nlater = plug:S\n[minidl.commands]\nrun-later = plug:S\n", "3.1", ["minidl>=99"]
    )
    damaged(site)


def damaged(site: Site) -> None:
    """Install a distribution for each way in which metadata can be damaged."""
    loop, pipe, folder, huge = (
        site.install(f"acme-{name}", "[minidl.layers]\n") / "entry_points.txt"
        for name in ("loop", "pipe", "folder", "huge")
    )
    for path in (loop, pipe, folder):
        path.unlink()
    loop.symlink_to(loop.name)
    os.mkfifo(pipe)
    folder.mkdir()
    with huge.open("wb") as file:
        file.truncate(1 << 40)
    (site.path / "acme_link-1.0.dist-info").symlink_to("acme_link-1.0.dist-info")
    (site.path / "acme_file-1.0.dist-info").touch()
    (site.path / "acme_gone-1.0.dist-info").symlink_to("nowhere")
    os.mkfifo(site.install("acme-origin", "[minidl.layers]\norigin = plug:S\n") / "direct_url.json")
    site.install("acme-wide", "[minidl.layers]\nwide = plug:S\n").joinpath("entry_points.txt").write_text(
        "[minidl.layers]\nwide = plug:S\n", encoding="utf-16"
    )
    many = "".join(f"long{number} = plug:S\n" for number in range(1000))
    (site.install("acme-long", f"[minidl.layers]\n{many}") / "METADATA").write_text(
        f"Name: acme-long\nVersion: 1.{'0' * 100_000}\n"
    )
    (site.install("acme-red", "[minidl.layers]\nr\x1b[31med = plug:S\n") / "METADATA").write_text(
        "Name: acme\x1b[31m\nVersion: 1\x1b[2J\n"
    )


def test_every_distribution_is_listed_with_parts_location_and_status(run: Run, site: Site) -> None:
    site.install("acme", "[minidl.layers]\nswish = plug:S\ncube = plug:C\n[minidl.hooks]\nwatch = plug\n", "1.2")
    site.install("zoo", "[minidl.layers]\nswish = plug:S\n[minidl.commands]\nplot = plug:p\n")
    site.install("later", "[minidl.losses]\nhuber = plug:H\n", requires=["minidl>=99"])
    done = run("plugins", "--block", "cube")

    assert done.returncode == 0
    for line in (
        "acme 1.2  conflicting",
        f"  in {site.path}",
        "  layers     cube, swish",
        "  hooks      watch",
        "  layer cube is blocked: --block (cube)",
        "  layer swish is conflicting: another part of the same name comes from zoo 1.0",
        "later 1.0  incompatible",
        "zoo 1.0  conflicting",
        "  commands   plot",
    ):
        assert line in done.stdout.splitlines()
    assert "loss huber is incompatible: it requires minidl>=99, but minidl" in done.stdout


def test_json_is_sorted_and_deterministic(run: Run, site: Site) -> None:
    broken(site)
    printed = {run("plugins", "--json", PYTHONHASHSEED=seed).stdout for seed in ("0", "1", "2")}
    (text,) = printed
    read = json.loads(text)
    assert text == json.dumps(read, indent=2, sort_keys=True) + "\n"
    names = [one["name"].replace("-", "_") for one in read]
    assert names == sorted(names)
    by_name = {one["name"]: one for one in read}
    assert by_name["acme-later"]["status"] == "incompatible"
    assert by_name["acme-malformed"]["status"] == "broken"
    assert by_name["acme-importing"]["status"] == "ok"
    assert by_name["minidl"]["status"] == "ok"


def test_requirements_list_every_distribution(run: Run, site: Site) -> None:
    site.install("acme", "[minidl.layers]\nswish = plug:S\n", "1.2")
    (site.install("bad", "[minidl.layers]\nswish = plug:S\n") / "METADATA").unlink()
    lines = run("plugins", "--requirements").stdout.splitlines()
    assert lines[0] == "acme==1.2"
    assert lines[1] == "# bad 1.0: its metadata lacks 'Name'"
    assert len(lines) == 3
    assert lines[2].startswith(("-e ", "minidl"))


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("list",),
        ("list", "layers", "--json"),
        ("plugins",),
        ("plugins", "--json"),
        ("plugins", "--requirements"),
        ("describe", "linear"),
        ("describe", "absent"),
        ("run", "--layers", "linear:2", "--epochs", "1", "--json"),
    ],
    ids=" ".join,
)
def test_broken_plugins_do_not_affect_others(run: Run, site: Site, words: tuple[str, ...]) -> None:
    broken(site)
    done = run(*words)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert len(done.stdout) < 2_000_000
    if words[-1] == "--json":
        json.loads(done.stdout)


def test_unreadable_metadata_is_reported_with_reason_and_path(run: Run, site: Site) -> None:
    damaged(site)
    shown = run("plugins").stdout
    for name, reason in {
        "loop": "Too many levels of symbolic links",
        "link": "Too many levels of symbolic links",
        "pipe": "it is not a regular file",
        "folder": "Is a directory",
    }.items():
        expected = (
            f"its entry_points.txt cannot be read: {reason}; reinstall it, block it (--block acme_{name}) or delete "
        )
        assert f"acme_{name} 1.0  broken" in shown
        assert expected + str(site.path / f"acme_{name}-1.0.dist-info") in shown
    assert "its entry_points.txt is longer than 1,000,000 bytes" in shown
    assert "its entry_points.txt is not UTF-8 text" in shown
    assert "its metadata has the invalid name 'acme\\x1b[31m'" in shown
    assert "acme_file" not in shown
    assert "acme_gone" not in shown
    blocked = [word for name in ("loop", "link", "pipe", "folder", "huge", "wide", "red") for word in block(name)]
    assert run("list", "--strict", *blocked).returncode == 0


def block(name: str) -> tuple[str, str]:
    return "--block", f"acme-{name}"


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (
            "run --layers absent",
            1,
            "layer 'absent' of acme-absent 1.0 cannot be loaded from plug_absent:Part: ModuleNotFound",
        ),
        ("run --layers importing", 1, "ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("run --layers syntax", 1, "SyntaxError"),
        ("run --layers exiting", 1, "SystemExit: 0"),
        (
            "run --layers interrupting",
            1,
            "'interrupting' of acme-interrupting 1.0 cannot be loaded from plug_interrupting",
        ),
        ("run --layers odd", 1, "plug_odd:Part: Odd; update it"),
        ("run --layers empty", 1, "has no attribute 'Part'"),
        ("run --layers wrong", 1, "layer 'wrong' of acme-wrong 1.0 is no layer"),
        ("run --layers malformed", 1, "layer 'malformed' of acme-malformed 1.0 is broken: its entry point should be"),
        ("run --layers nameless", 2, "acme_nameless 1.0 might provide it, but its metadata lacks 'Name'"),
        ("run --layers later", 1, "layer 'later' of acme-later 3.1 is incompatible: it requires minidl>=99"),
        ("do-exiting", 1, "the command 'do-exiting' of acme-exiting 1.0 cannot be loaded"),
        ("do-interrupting", 1, "KeyboardInterrupt"),
        ("do-wrong", 1, "neither a Typer app nor a function"),
        ("run-later", 1, "the command 'run-later' of acme-later 3.1 is incompatible"),
    ],
)
def test_using_a_broken_part_is_an_error_with_distribution_and_hint(
    run: Run, site: Site, words: str, status: int, message: str
) -> None:
    broken(site)
    done = run(*words.split(), "--block", "watch-wrong")
    assert done.returncode == status
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    if "cannot be loaded" in done.stderr:
        assert "pip uninstall acme-" in done.stderr


def test_broken_hooks_are_skipped_with_a_warning_each(run: Run, site: Site) -> None:
    broken(site)
    done = run("run", "--epochs", "1", "--json", PYTHONHASHSEED="1")  # not warm: importing torch may read entry points
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)
    warned = [line for line in done.stderr.splitlines() if line.startswith("Warning: the hook 'watch-")]
    assert len(warned) == 7
    assert all("it is disabled for this run" in line for line in warned)


@pytest.mark.parametrize("way", ["--strict", "MINIDL_STRICT"])
def test_under_strict_any_problem_is_fatal(run: Run, site: Site, way: str) -> None:
    site.module("plug_bad", "raise ImportError('no')")
    site.install("acme", "[minidl.hooks]\nwatch = plug_bad\n")
    words = ["run", "--epochs", "1", *([way] if way == "--strict" else [])]
    variables = {} if way == "--strict" else {way: "1"}
    done = run(*words, **variables)
    assert (done.returncode, "ImportError: no" in done.stderr) == (1, True)
    broken(site)
    for command in (["list"], ["plugins"], ["--help"]):
        done = run(*command, *words[3:], **variables)
        assert done.returncode == 1
        assert f"{way} is set, and some plugins have problems" in done.stderr


@pytest.mark.slow
def test_the_doctor_reports_broken_parts_with_their_errors(run: Run, site: Site) -> None:
    broken(site)
    done = run("plugins", "doctor", "--json")
    assert done.returncode == 1
    read = {one["name"]: one for one in json.loads(done.stdout)}
    assert read["minidl"]["status"] == "ok"
    assert read["acme-importing"]["status"] == "broken"
    assert "nowhere_at_all" in read["acme-importing"]["parts"][0]["reason"]
    assert run("plugins", "doctor", "--no-plugins").returncode == 0


def test_plugins_are_blocked_by_option_environment_and_file(run: Run, site: Site, tmp_path: Path) -> None:
    site.module("plug_swish", LAYER)
    site.install("acme", "[minidl.layers]\nswish = plug_swish:Swish\n")
    train = ["run", "--layers", "swish,linear:2", "--epochs", "1", "--json"]
    assert run(*train).returncode == 0
    config = tmp_path / "config.toml"
    config.write_text('[plugins]\nblock = ["acme", "installed-elsewhere"]\n')
    for words, variables, place in (
        (["--block", "acme"], {}, "--block (acme)"),
        (["--block", "swish"], {}, "--block (swish)"),
        (["--no-plugins"], {}, "--no-plugins"),
        ([], {"MINIDL_BLOCK": "acme"}, "MINIDL_BLOCK (acme)"),
        ([], {"MINIDL_NO_PLUGINS": "true"}, "MINIDL_NO_PLUGINS"),
        ([], {"MINIDL_CONFIG": str(config)}, f"block in {config} (acme)"),
    ):
        done = run(*train, *words, **variables)
        assert done.returncode == 2
        assert f"the layer 'swish' of acme 1.0 is blocked by {place}" in done.stderr
    done = run("list", "--block", "acmee")
    assert done.returncode == 2
    assert "--block: no installed part or distribution is named 'acmee': did you mean 'acme'?" in done.stderr


def test_a_preferred_part_has_the_name(run: Run, site: Site, tmp_path: Path) -> None:
    for name in ("acme", "zoo"):
        site.module(f"plug_{name}", LAYER)
        site.install(name, f"[minidl.layers]\nswish = plug_{name}:Swish\n")
    train = ["run", "--layers", "swish,linear:2", "--epochs", "1", "--json"]
    done = run(*train)
    assert done.returncode == 2
    assert "the layer 'swish' is provided by acme 1.0 and zoo 1.0: write 'acme/swish' or 'zoo/swish'" in done.stderr
    config = tmp_path / "config.toml"
    config.write_text('[plugins]\nprefer = "zoo/swish"\n')
    for words, variables in (
        (["--prefer", "zoo/swish"], {}),
        ([], {"MINIDL_PREFER": "zoo/swish"}),
        ([], {"MINIDL_CONFIG": str(config)}),
    ):
        done = run(*train, *words, **variables)
        assert done.returncode == 0, done.stderr
        assert "zoo" in json.loads(done.stdout)["versions"]
    train[2] = "acme/swish,linear:2"
    assert "acme" in json.loads(run(*train).stdout)["versions"]


def test_minidls_own_commands_keep_their_names_with_a_warning(run: Run, site: Site) -> None:
    site.module("plug_cli", "import typer\ndef go() -> None:\n    '''Go.'''\n    typer.echo('gone')\n")
    site.install("thief", "[minidl.commands]\nlist = plug_cli:go\nplugins = plug_cli:go\nrelu = plug_cli:go\n")
    done = run("list", "layers")
    assert done.returncode == 0
    assert "linear" in done.stdout
    assert (
        "Warning: the command 'list' is minidl's, but thief 1.0 provides one too: write 'thief/list' to use it"
        in done.stderr
    )
    assert run("thief/list").stdout == "gone\n"
    assert run("list", "--prefer", "thief/list").stdout == "gone\n"
    assert "thief 1.0  conflicting" in run("plugins").stdout
    assert run("--strict", "list").returncode == 1


def test_minidls_own_parts_keep_their_names_and_a_run_that_uses_one_warns_once(run: Run, site: Site) -> None:
    site.module("plug_swish", LAYER)
    site.install("thief", "[minidl.layers]\nrelu = plug_swish:Swish\n[minidl.losses]\nhuber = plug_swish:Swish\n")
    train = ["run", "--epochs", "1", "--json"]
    warning = (
        "Warning: the layer 'relu' is minidl's, but thief 1.0 provides one too: write 'thief/relu' to use it, or choose "
        "(--prefer thief/relu or --prefer minidl/relu)"
    )
    done = run(*train)
    assert (done.returncode, done.stderr.count(warning), "huber" in done.stderr) == (0, 1, False)
    assert "thief" not in json.loads(done.stdout)["versions"]
    for decision in (["--prefer", "minidl/relu"], ["--prefer", "thief/relu"], ["--block", "thief"], ["--no-plugins"]):
        done = run(*train, *decision)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert ("thief" in json.loads(done.stdout)["versions"]) == ("thief/relu" in decision)
    done = run(*train, "--layers", "thief/relu,linear:2")
    assert (done.stderr, "thief" in json.loads(done.stdout)["versions"]) == ("", True)
    for words in (["list"], ["plugins"], ["plugins", "--requirements"], ["--help"], ["describe", "tanh"]):
        assert run(*words).stderr == ""
    assert "layer relu is conflicting: the name stands for the part of minidl" in run("plugins").stdout
    assert run(*train, "--strict").returncode == 1
    assert run("plugins", "doctor").returncode == 1


def test_a_bare_name_is_resolved_alike_in_all_commands(run: Run, site: Site) -> None:
    site.module("plug_swish", LAYER)
    site.install("thief", "[minidl.layers]\nrelu = plug_swish:Swish\n")
    done = run("describe", "relu")
    assert "From minidl" in done.stdout
    assert "From thief" not in done.stdout
    assert "thief 1.0 provides one too: write 'thief/relu'" in done.stderr
    done = run("describe", "thief/relu")
    assert ("From thief 1.0: plug_swish:Swish" in done.stdout, done.stderr) == (True, "")


@pytest.mark.parametrize("decision", [[], ["--prefer", "thief/relu"], ["--prefer", "minidl/relu"]])
def test_a_network_of_layers_that_share_a_name_is_saved_and_loaded(
    run: Run, site: Site, tmp_path: Path, decision: list[str]
) -> None:
    site.module("plug_swish", LAYER)
    site.install("thief", "[minidl.layers]\nrelu = plug_swish:Swish\n")
    done = run(
        "run", "--layers", "thief/relu,minidl/relu,linear:2", "--epochs", "1", "--save", "net.safetensors", *decision
    )
    assert done.returncode == 0, done.stderr
    script = (
        "import minidl_core as minidl\n"
        "for layer in minidl.load('net.safetensors'): print(type(layer).__module__, type(layer).__name__)\n"
    )
    for prefer in ("", "thief/relu", "minidl/relu"):
        loaded = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(site.path), "MINIDL_PREFER": prefer},
            capture_output=True,
            text=True,
            check=False,
        )
        assert loaded.stdout.split() == [
            "plug_swish",
            "Swish",
            "minidl_layers.relu",
            "ReLU",
            "minidl_layers.linear",
            "Linear",
        ]
        assert loaded.stderr == ""


def test_a_plugins_command_is_listed_from_metadata_and_imported_when_called(run: Run, site: Site) -> None:
    site.module(
        "plug_cli", "print('imported')\ndef go(speed: int = 1) -> None:\n    '''Go on.'''\n    print(speed + 1)\n"
    )
    site.module("plug_fails", "def go() -> None:\n    '''Fail.'''\n    raise ValueError('off the road')\n")
    site.install("acme", "[minidl.commands]\ngo = plug_cli:go\ncrash = plug_fails:go\n")
    shown = run("--help")
    assert "Go on" in shown.stdout
    assert "imported" not in shown.stdout + shown.stderr
    assert run("go", "--speed", "3").stdout == "4\n"
    done = run("crash")
    assert done.returncode == 1
    assert (
        done.stderr
        == "Error: the command 'crash' of acme 1.0 failed: ValueError: off the road; --debug shows the traceback\n"
    )
    assert "Traceback" in run("crash", "--debug").stderr


def test_a_failing_hook_does_not_abort_training_or_affect_other_hooks(run: Run, site: Site, tmp_path: Path) -> None:
    site.module(
        "plug_hooks",
        """
        import sys
        from minidl_core import hookimpl
        class Report:
            @hookimpl
            def minidl_epoch_ended(self, run, epoch):
                sys.exit("no paper")
        """,
    )
    site.install("acme", "[minidl.hooks]\nreport = plug_hooks:Report\n")
    done = run("run", "--epochs", "2", "--save", "model.safetensors", "--json")
    assert done.returncode == 0
    result = json.loads(done.stdout)
    assert len(result["repeats"][0]["history"]) == 2
    assert result["versions"]["acme"] == "1.0"
    assert done.stderr == (
        "Warning: the hooks 'report' of acme 1.0 failed in minidl_epoch_ended: SystemExit: no paper; "
        "it is disabled for this run\n"
    )
    strict = run("run", "--epochs", "2", "--save", "model.safetensors", "--json", "--strict")
    assert strict.returncode == 1
    assert len(json.loads(strict.stdout)["repeats"][0]["history"]) == 1
    assert "Error: the hooks 'report' of acme 1.0 failed in minidl_epoch_ended" in strict.stderr
    assert (tmp_path / "model.safetensors").exists()


def test_a_plugin_file_is_used_only_where_it_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "my_layers.py").write_text("\n".join(line[4:] for line in LAYER.splitlines()))
    (tmp_path / "experiment.toml").write_text('plugin = "my_layers.py"\nlayers = "swish,linear:2"\nepochs = 1\n')
    train = ["run", "--layers", "swish,linear:2", "--epochs", "1", "--json"]
    done = run(*train, "--plugin", "my_layers.py", "--no-plugins")
    assert json.loads(done.stdout)["config"]["plugin"] == ["my_layers.py"]
    assert run("run", "experiment.toml").returncode == 0
    assert run(*train).returncode == 2
    assert "swish" in run("list", "layers", "--plugin", "my_layers.py").stdout
    assert "A layer." in run("describe", "swish", "--plugin", "my_layers.py").stdout
    assert run("check", "swish", "--plugin", "my_layers.py").returncode == 0
    done = run(*train, "--plugin", "your_layers.py")
    assert (done.returncode, "there is no plugin file your_layers.py" in done.stderr) == (2, True)


def test_an_invalid_configuration_file_is_an_error(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[plugin]\nblock = 3\n")
    done = run("list", MINIDL_CONFIG=str(config))
    assert done.returncode == 2
    assert f"Error: in {config}: there is no entry 'plugin': did you mean 'plugins'?" in done.stderr
    assert run("list", MINIDL_CONFIG=os.devnull).returncode == 0


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "def forward(self, x): return x",
            "square at position 2 failed in backward, line ",
        ),
        (
            "def forward(self, x): return x @ x",
            "square at position 2 failed in forward, line 3 of square.py: RuntimeError",
        ),
        (
            "def build(self, shape): pass",
            "square at position 2: build should return the shape of an output sample",
        ),
        ("def build(self, shape): return 1 / 0", "square at position 2 failed in build, line 3 of square.py"),
    ],
)
def test_an_error_in_a_layer_is_reported_with_its_position(run: Run, tmp_path: Path, source: str, message: str) -> None:
    (tmp_path / "square.py").write_text(f"from minidl_core import Module\nclass Square(Module):\n    {source}\n")
    done = run("run", "--plugin", "square.py", "--layers", "linear:3,square,linear:2", "--epochs", "1")
    assert done.returncode == 1
    assert re.sub(r"line \d+ of module", "line 67 of module", done.stderr).startswith(f"Error: {message}")


def test_any_exception_of_a_command_is_reported(run: Run, site: Site) -> None:
    site.module("plug_cli", "class Odd(BaseException): pass\ndef go() -> None: raise Odd('out')\n")
    site.install("acme", "[minidl.commands]\ngo = plug_cli:go\n")
    done = run("go")
    assert (done.returncode, done.stderr) == (
        1,
        "Error: the command 'go' of acme 1.0 failed: Odd: out; --debug shows the traceback\n",
    )


def test_without_names_all_parts_of_a_file_are_checked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "my_layers.py").write_text("\n".join(line[4:] for line in LAYER.splitlines()))
    done = run("check", "--plugin", "my_layers.py")
    assert "layer local/swish" in done.stdout or "layer swish" in done.stdout
    assert done.returncode == 0
    assert "nothing to check" in run("check").stderr
