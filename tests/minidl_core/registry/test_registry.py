"""Parts are found by name in the metadata of distributions, without importing anything."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distributions
from pathlib import Path

import pytest

from minidl_core.errors import ConflictError, InputError, PluginError, UnknownNameError
from minidl_core.interfaces.loss import Loss
from minidl_core.registry import Registry, default_registry
from minidl_core.registry.entry import Entry
from tests.support.site_packages import LAYER, Site


def names(registry: Registry, kind: str | None = None) -> list[str]:
    return [f"{entry.kind} {entry.qualified_name}" for entry in registry.entries(kind)]


def test_entries_are_sorted_by_kind_name_and_distribution(site: Site) -> None:
    site.install("beta", "[minidl.layers]\nzeta = plug:Z\nSquare = plug:S\n[minidl.losses]\nhuber = plug:H\n")
    site.install("alpha", "[minidl.layers]\nsquare = plug:S\nabs-value = plug:A\n")
    site.install("gamma", "[minidl.commands]\nplot = plug:p\n[console_scripts]\nplug = plug:p\n")
    found = list(distributions(path=[str(site.path)]))

    listings = {tuple(names(Registry(order))) for order in itertools.permutations(found)}

    assert listings == {
        (
            "command gamma/plot",
            "layer alpha/abs-value",
            "layer alpha/square",
            "layer beta/Square",
            "layer beta/zeta",
            "loss beta/huber",
        )
    }


def test_an_entry_has_its_distribution_and_import_path(site: Site) -> None:
    site.install("acme", "[minidl.layers]\nsquare = plug.deep : Square [fast]\n", version="2.3")

    (entry,) = site.registry().entries()

    assert (entry.kind, entry.name, entry.distribution, entry.version) == ("layer", "square", "acme", "2.3")
    assert (entry.target, entry.status, entry.origin) == ("plug.deep:Square", "ok", "acme 2.3")


def test_the_entries_of_one_kind_are_listed_by_its_singular_or_plural(site: Site) -> None:
    site.install("acme", "[minidl.layers]\nsquare = plug:S\n[minidl.losses]\nhuber = plug:H\n")
    registry = site.registry()

    assert names(registry, "loss") == names(registry, "losses") == names(registry, "Losses") == ["loss acme/huber"]


@pytest.mark.parametrize(
    "name", ["my-square", "my_square", "MY-Square", "My_SQUARE", "acme_one/my-square", "ACME-one/my_square"]
)
def test_case_and_the_kind_of_dash_do_not_matter_in_names(site: Site, name: str) -> None:
    site.install("acme-one", "[minidl.layers]\nMy-Square = plug:S\n")

    assert site.registry().find("layer", name).target == "plug:S"


def test_a_conflict_names_both_distributions_and_how_to_choose(site: Site) -> None:
    site.install("acme", "[minidl.layers]\nsoft_plus = plug:A\nother = plug:O\n", version="1.2")
    site.install("zoo", "[minidl.layers]\nSoft-Plus = plug:B\n", version="3.4")
    registry = site.registry()

    with pytest.raises(ConflictError) as caught:
        registry.find("layer", "soft-plus")

    for word in ("soft-plus", "acme 1.2", "zoo 3.4", "'acme/soft_plus'", "'zoo/Soft-Plus'"):
        assert word in str(caught.value)
    assert [(e.name, e.status) for e in registry.entries()] == [
        ("other", "ok"),
        ("soft_plus", "conflicting"),
        ("Soft-Plus", "conflicting"),
    ]


def test_the_qualified_name_picks_one_of_two(site: Site) -> None:
    site.install("acme", "[minidl.layers]\nsquare = plug:A\n")
    site.install("zoo", "[minidl.layers]\nsquare = plug:B\n")
    registry = site.registry()

    assert registry.find("layer", "acme/square").target == "plug:A"
    assert registry.find("layer", "zoo/square").target == "plug:B"


def test_parts_of_different_kinds_may_share_a_name(site: Site) -> None:
    site.install("acme", "[minidl.layers]\nfocal = plug:A\n")
    site.install("zoo", "[minidl.losses]\nfocal = plug:B\n")
    registry = site.registry()

    assert {entry.status for entry in registry.named("focal")} == {"ok"}
    assert registry.find("loss", "focal").target == "plug:B"


def test_a_distribution_found_twice_counts_once(tmp_path: Path) -> None:
    for folder, version in (("first", "2.0"), ("second", "1.0")):
        Site(tmp_path / folder).install("acme_one", "[minidl.layers]\nsquare = plug:S\n", version)
    (tmp_path / "second/acme_one-1.0.dist-info/METADATA").write_text("Name: Acme-One\nVersion: 1.0\n")
    registry = Registry(distributions(path=[str(tmp_path / "first"), str(tmp_path / "second")]))

    assert registry.find("layer", "square").version == "2.0"
    assert len(registry.entries()) == 1


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        ("raise ImportError('no CUDA here')", "ImportError: no CUDA here"),
        ("import plug_nowhere", "ModuleNotFoundError"),
        ("def broken(:", "SyntaxError"),
        ("raise RuntimeError('boom')", "RuntimeError: boom"),
        ("import sys; sys.exit(0)", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("class Odd(BaseException): pass\nraise Odd('out')", "Odd: out"),
        ("class Shy(Exception):\n    def __str__(self): 1 / 0\nraise Shy", "Shy, whose message cannot be shown"),
        ("", "AttributeError"),
        ("Square = 3", "no layer"),
        ("class Square: pass", "no layer"),
        ("from minidl_core.interfaces.loss import Loss as Square", "no layer"),
        ("from minidl_core.interfaces.module import Module\nSquare = Module()", "no layer"),
        (None, "ModuleNotFoundError"),
    ],
)
def test_a_part_that_fails_to_load_is_reported_with_its_origin_and_the_others_keep_working(
    site: Site, module: str | None, reason: str
) -> None:
    if module is not None:
        (site.path / "plug_bad.py").write_text(module)
    (site.path / "plug_good.py").write_text(LAYER.format(name="Cube"))
    site.install("acme-broken", "[minidl.layers]\nsquare = plug_bad:Square\ncube = plug_good:Cube\n", version="0.7")
    registry = site.registry()

    with pytest.raises(PluginError) as caught:
        registry.load("layer", "square")

    for word in ("layer 'square'", "acme-broken 0.7", "plug_bad:Square", reason, "pip uninstall acme-broken"):
        assert word in str(caught.value)
    assert registry.load("layer", "cube").__name__ == "Cube"
    assert names(registry) == ["layer acme-broken/cube", "layer acme-broken/square"]


def test_ctrl_c_during_an_import_is_not_an_error_of_the_plugin(site: Site) -> None:
    site.module("plug_slow", "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    site.install("acme", "[minidl.layers]\nsquare = plug_slow:Square\n")

    with pytest.raises(KeyboardInterrupt):
        site.registry().load("layer", "square")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interruption_in_another_thread_is_an_error_of_the_plugin(site: Site) -> None:
    site.module("plug_bad", "raise KeyboardInterrupt\n")
    site.install("acme", "[minidl.layers]\nsquare = plug_bad:Square\n")

    with ThreadPoolExecutor(1) as pool, pytest.raises(PluginError, match="KeyboardInterrupt"):
        pool.submit(site.registry().load, "layer", "square").result()


def test_output_of_an_import_goes_to_stderr(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.module("plug_loud", "print('hello')\n" + LAYER.format(name="Square"))
    site.install("acme", "[minidl.layers]\nsquare = plug_loud:Square\n")

    site.registry().load("layer", "square")

    assert capsys.readouterr() == ("", "hello\n")


def test_listing_and_finding_import_nothing(site: Site) -> None:
    (site.path / "plug_mine.py").write_text("raise SystemError('imported')")
    site.install("acme", "[minidl.layers]\nsquare = plug_mine:Square\n")
    registry = site.registry()

    assert registry.find("layer", "square") == registry.entries("layer")[0] == registry.named("square")[0]
    assert "plug_mine" not in sys.modules
    with pytest.raises(PluginError, match="SystemError"):
        registry.load("layer", "square")


def test_commands_and_hooks_may_be_any_object(site: Site) -> None:
    (site.path / "plug_cli.py").write_text("class Group:\n    app = 3\n")
    site.install("acme", "[minidl.commands]\nplot = plug_cli:Group.app\n[minidl.hooks]\nwatch = plug_cli\n")
    registry = site.registry()

    assert registry.load("command", "plot") == 3
    assert registry.load("hook", "watch") is sys.modules["plug_cli"]


def test_an_unknown_kind_gets_a_suggestion(site: Site) -> None:
    with pytest.raises(UnknownNameError, match=r"no kind 'layrs': did you mean 'layers'\?"):
        site.registry().entries("layrs")


@pytest.mark.parametrize(
    "damage",
    [
        {"entry_points.txt": "[minidl.layers]\nno equals sign\n"},
        {"entry_points.txt": "[minidl.layers\nsquare = plug:S"},
        {"entry_points.txt": "square = plug:S\n[minidl.layers]"},
        {"entry_points.txt": b"[minidl.layers]\n\xff\xfe = plug:S\n"},
        {"METADATA": None},
        {"METADATA": b"\xff\xfe\x00"},
        {"METADATA": "no header"},
        {"entry_points.txt": None},
    ],
)
def test_damaged_metadata_does_not_affect_other_distributions(
    site: Site, damage: dict[str, str | bytes | None]
) -> None:
    site.install("bad", "[minidl.layers]\nsquare = plug:S\n")
    site.install("good", "[minidl.layers]\ncube = plug:C\n")
    for name, content in damage.items():
        path = site.path / "bad-1.0.dist-info" / name
        path.unlink()
        if content is not None:
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    registry = site.registry()

    assert [entry.qualified_name for entry in registry.entries() if entry.is_usable] == ["good/cube"]
    assert registry.find("layer", "cube").distribution == "good"
    with pytest.raises((PluginError, UnknownNameError)):
        registry.find("layer", "square")


def test_a_distribution_without_a_version_is_listed(site: Site) -> None:
    site.install("acme", "[minidl.layers]\nsquare = plug:S\n")
    (site.path / "acme-1.0.dist-info/METADATA").write_text("Name: acme\n")

    (entry,) = site.registry().entries()

    assert (entry.version, entry.origin) == ("", "acme")


def test_groups_of_a_later_minidl_are_ignored(site: Site) -> None:
    site.install("acme", "[minidl.telepathy]\nsquare = plug:S\n[minidl.losses]\nhuber = plug:H\n")

    assert names(site.registry()) == ["loss acme/huber"]


class Huber(Loss):
    """A loss to register."""


class Absolute(Loss):
    """Another."""


def test_a_registered_part_is_found_and_loaded_like_any_other() -> None:
    registry = Registry([])

    registry.register("losses", "Huber-Loss", Huber)

    entry = registry.find("loss", "huber_loss")
    assert (entry.qualified_name, entry.origin, entry.status) == ("local/Huber-Loss", "local", "ok")
    assert registry.load("loss", "local/huber_loss") is Huber


def test_of_two_parts_registered_under_one_name_the_later_is_used() -> None:
    registry = Registry([])
    registry.register("loss", "huber", Huber)
    registry.register("loss", "HUBER", Absolute)

    assert registry.load("loss", "huber") is Absolute
    assert len(registry.entries()) == 1


def test_registering_an_installed_name_is_a_conflict_too(site: Site) -> None:
    site.install("acme", "[minidl.losses]\nhuber = plug:H\n")
    registry = site.registry()
    registry.register("loss", "huber", Huber)

    with pytest.raises(ConflictError, match="'acme/huber' or 'local/huber'"):
        registry.load("loss", "huber")
    assert registry.load("loss", "local/huber") is Huber


def test_a_registered_part_of_the_wrong_kind_is_refused_when_used() -> None:
    registry = Registry([])
    registry.register("optimizer", "huber", Huber)

    with pytest.raises(PluginError, match="'huber' of local is no optimizer.*derived from Optimizer"):
        registry.load("optimizer", "huber")


def test_parts_of_an_unknown_kind_cannot_be_registered() -> None:
    with pytest.raises(UnknownNameError, match="no kind 'gizmo'"):
        Registry([]).register("gizmo", "huber", Huber)


def test_the_entry_of_a_class_is_found(site: Site) -> None:
    package = site.path / "plug_package"
    package.mkdir()
    (package / "__init__.py").write_text("from plug_package.square import Square\n")
    (package / "square.py").write_text(LAYER.format(name="Square"))
    site.install("acme", "[minidl.layers]\nsquare = plug_package:Square\n")
    registry = site.registry()
    square = registry.load("layer", "square")

    entry = registry.entry_of("layer", square)

    assert square.__module__ == "plug_package.square"
    assert entry is not None
    assert entry.name == "square"


def test_an_unknown_class_has_no_entry_and_nothing_is_imported(site: Site) -> None:
    (site.path / "plug_mine.py").write_text("raise SystemError('imported')")
    site.install("acme", "[minidl.losses]\nsquare = plug_mine:Square\nwhole = plug_mine\n")
    registry = site.registry()
    registry.register("loss", "absolute", Absolute)

    assert registry.entry_of("loss", Huber) is None
    assert registry.entry_of("layer", Absolute) is None
    entry = registry.entry_of("loss", Absolute)
    assert entry is not None
    assert entry.qualified_name == "local/absolute"


def test_the_process_has_one_registry_with_all_parts_of_minidl() -> None:
    registry = default_registry()

    assert registry is default_registry()
    for kind, name in (
        ("layer", "linear"),
        ("loss", "mse"),
        ("optimizer", "sgd"),
        ("command", "run"),
        ("dataset", "disk"),
    ):
        assert registry.find(kind, f"minidl/{name}").distribution == "minidl"


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1", "2", "3"])
def test_the_message_of_a_conflict_is_deterministic(tmp_path: Path, seed: str) -> None:
    for name in ("acme", "zoo", "beta"):
        Site(tmp_path / name).install(name, "[minidl.layers]\nswish = plug:S\n[minidl.losses]\nhuber = plug:H\n")
    script = (
        "from minidl_core.registry import default_registry\n"
        "print([(e.qualified_name, e.status, e.reason) for e in default_registry().entries()])\n"
        "try: default_registry().find('layer', 'swish')\n"
        "except Exception as error: print(error)\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ
            | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(str(tmp_path / name) for name in order)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for order in (("acme", "zoo", "beta"), ("zoo", "beta", "acme"))
    }
    (text,) = printed
    assert "provided by acme 1.0 and beta 1.0 and zoo 1.0: write 'acme/swish' or 'beta/swish' or 'zoo/swish'" in text


@pytest.mark.parametrize("order", [("1.9", "1.10"), ("1.10", "1.9")])
def test_of_two_versions_left_in_one_folder_the_later_is_used(site: Site, order: tuple[str, str]) -> None:
    for version in order:
        site.install("acme", "[minidl.layers]\nsquare = plug:S\n", version)
    found = {one.version: one for one in distributions(path=[str(site.path)])}

    registry = Registry([found[version] for version in order])

    assert [entry.version for entry in registry.entries()] == ["1.10"]


@pytest.mark.parametrize(
    ("requires", "status"),
    [
        ([], "ok"),
        (["minidl"], "ok"),
        (["minidl>=0.0.1", "numpy>=99"], "ok"),
        (["minidl-extras>=99"], "ok"),
        (["minidl>=99; extra == 'dev'"], "ok"),
        (["minidl>=99; python_version < '3'"], "ok"),
        (["minidl>=99"], "incompatible"),
        (["Minidl (<0.0.1)"], "incompatible"),
        (["minidl[all] ~= 99.0"], "incompatible"),
        (["minidl==99; python_version >= '3'"], "incompatible"),
        (["minidl>=="], "broken"),
        (["minidl>=0; python_version ~= 'abc'"], "broken"),
    ],
)
def test_a_distribution_for_another_minidl_is_incompatible(site: Site, requires: list[str], status: str) -> None:
    site.install("acme", "[minidl.layers]\nsquare = plug:S\n", requires=requires)

    (entry,) = site.registry().entries()

    assert entry.status == status


def test_using_an_incompatible_part_is_an_error_with_the_required_version(site: Site) -> None:
    site.module("plug", "raise SystemError('imported')")
    site.install("acme", "[minidl.layers]\nsquare = plug:S\n", requires=["minidl>=99,<100"])

    with pytest.raises(
        PluginError,
        match=r"'square' of acme 1\.0 is incompatible: it requires minidl<100,>=99, but minidl .* is installed",
    ):
        site.registry().load("layer", "square")
    assert "plug" not in sys.modules


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("square", "should be 'square = module:object', but its value is ''"),
        ("square = ", "should be 'square = module:object'"),
        ("square = plug:", "its value is 'plug:'"),
        ("square = plug:1st", "its value is 'plug:1st'"),
        ("square = ../plug:S", "its value is '../plug:S'"),
        ("a/square = plug:S", "its entry point's name 'a/square' should consist of letters"),
        ("cube = plug:S", "it is declared twice"),
    ],
)
def test_a_malformed_entry_point_does_not_affect_the_others(site: Site, line: str, reason: str) -> None:
    site.install("acme", f"[minidl.layers]\ncube = plug:C\n{line}\nlast = plug:L\n")
    registry = site.registry()

    (broken,) = [entry for entry in registry.entries() if entry.status == "broken"]

    assert reason in broken.reason
    assert registry.find("layer", "last").status == "ok"
    if broken.name == "square":
        with pytest.raises(PluginError, match=r"the layer 'square' of acme 1\.0 is broken"):
            registry.load("layer", "square")


def test_hooks_may_share_a_name(site: Site) -> None:
    for name in ("acme", "zoo"):
        site.install(name, "[minidl.hooks]\nwatch = plug\n")

    assert {entry.status for entry in site.registry().entries("hook")} == {"ok"}


def test_using_a_part_of_a_misspelt_group_is_an_error_with_a_suggestion(site: Site) -> None:
    site.install("acme", "[minidl.layer]\nsquare = plug:S\n")

    with pytest.raises(
        PluginError,
        match=r"'square' of acme 1\.0 is broken: its group is \[minidl\.layer\]: write \[minidl\.layers\]",
    ):
        site.registry().find("layer", "square")


@pytest.mark.parametrize(
    "text", ["[console_scripts]\nbroken\n", "; no comment\n", "[minidl.layers]\nx\n[other]\na = b\n"]
)
def test_entry_points_that_other_readers_fail_on_are_reported(site: Site, text: str) -> None:
    site.install("acme", text)

    (acme,) = site.registry().distributions()

    assert (acme.malformed, acme.status) == (True, "broken")


@pytest.mark.parametrize("text", ["# comment\n\n[console_scripts]\n a = b\n", "[minidl.layers]\nsquare = plug:S\n"])
def test_valid_entry_points_are_not_malformed(site: Site, text: str) -> None:
    site.install("acme", text)

    assert not any(one.malformed for one in site.registry().distributions())


def test_the_standard_streams_are_restored_after_an_import(site: Site) -> None:
    site.module("plug_quiet", "import io, sys\nsys.stderr = sys.stdout = io.StringIO()\n" + LAYER.format(name="Square"))
    site.install("acme", "[minidl.layers]\nsquare = plug_quiet:Square\n")
    streams = sys.stdout, sys.stderr

    site.registry().load("layer", "square")

    assert (sys.stdout, sys.stderr) == streams


@pytest.mark.parametrize(
    "source",
    [
        "class Odd(type):\n    def __repr__(cls): 1 / 0\nclass Square(metaclass=Odd): ...",
        "class Odd:\n    def __repr__(self): raise KeyError\nSquare = Odd()",
        "class Odd:\n    __class__ = property(lambda self: 1 / 0)\nSquare = Odd()",
        "class Square: ...\nSquare.__qualname__ = 'x' * 10**6",
    ],
)
def test_a_part_without_a_repr_is_named_by_its_type(site: Site, source: str) -> None:
    site.module("plug_odd", source)
    site.install("acme", "[minidl.layers]\nsquare = plug_odd:Square\n")

    with pytest.raises(PluginError, match=r"'square' of acme 1\.0 is no layer") as caught:
        site.registry().load("layer", "square")
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("name", ["", "a/b", "my square", "größe", "red\x1b[31m", "3d", "n" * 101])
def test_a_name_outside_the_grammar_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="cannot be a name: use letters"):
        Registry([]).register("loss", name, Huber)


def test_a_registered_object_without_an_interface_is_refused_when_used() -> None:
    registry = Registry([])
    registry.register("layer", "three", 3)

    with pytest.raises(PluginError, match="'three' of local is no layer: builtins:int should be a class"):
        registry.load("layer", "three")


def test_two_threads_can_load_a_part_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    source = "import builtins\nbuiltins.slow_import.wait(5)\ndef part(): ...\n"
    (tmp_path / "slow_part_source.py").write_text(source, encoding="utf-8")
    event = threading.Event()
    monkeypatch.setattr("builtins.slow_import", event, raising=False)
    entry = Entry("command", "part", "acme", "1.0", "slow_part_source:part")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(entry.load)
        while "slow_part_source" not in sys.modules:
            pass
        second = pool.submit(entry.load)
        time.sleep(0.05)  # for the second to begin
        event.set()
        assert first.result() is second.result()
