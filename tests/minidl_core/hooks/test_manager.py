"""Hooks are called if plugins implement them, and failures name the plugin."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Generator, Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest

from minidl_core.errors import DataError, HookError, PluginError, PluginWarning
from minidl_core.hooks import active_hooks, fire, hook_manager, hookimpl
from minidl_core.interfaces.loss import Loss
from minidl_core.registry import Policy, Registry
from tests.support.site_packages import Site

EMPTY = Registry([])

Installed = Callable[[str, str], Registry]


class Huber(Loss):
    """A loss to register."""


class Recorder:
    """Hooks that write down what they see."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    @hookimpl
    def minidl_register(self, registry: Registry) -> None:
        self.seen.append(registry)

    @hookimpl
    def minidl_run_started(self, run: object) -> None:
        self.seen.append(run)

    @hookimpl
    def minidl_epoch_ended(self, epoch: object) -> None:
        self.seen.append(epoch)


class Failing:
    """Hooks that fail on request."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    @hookimpl
    def minidl_run_ended(self) -> None:
        raise self.error


class Around:
    """Hooks around the others'."""

    def __init__(self, seen: list[Any]) -> None:
        self.seen = seen

    @hookimpl(wrapper=True)
    def minidl_run_started(self, run: object) -> Generator[None, object, object]:
        self.seen.append("before")
        result = yield
        self.seen.append("after")
        return result


class OldAround(Around):
    """The same in pluggy's older style."""

    @hookimpl(hookwrapper=True)
    def minidl_run_started(self, run: object) -> Generator[None, object, None]:
        self.seen.append("before")
        yield
        self.seen.append("after")


class Misspelt:
    """An implementation of a hook that does not exist."""

    @hookimpl
    def minidl_epoch_endet(self) -> None: ...


class Misfitting:
    """A hook with an argument that is not passed."""

    @hookimpl
    def minidl_epoch_ended(self, epochs: object) -> None: ...


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installed]:
    """Return a function that makes a registry with one hook entry, of acme-hooks 1.2, of a module's source."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def installed(source: str, target: str) -> Registry:
        (tmp_path / "hook_source.py").write_text("from minidl_core.hooks import hookimpl\nseen = []\n" + source)
        folder = tmp_path / "acme_hooks-1.2.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text("Name: acme-hooks\nVersion: 1.2\n")
        (folder / "entry_points.txt").write_text(f"[minidl.hooks]\nwatch = {target}\n")
        return Registry(distributions(path=[str(tmp_path)]))

    yield installed
    sys.modules.pop("hook_source", None)


def test_implementations_take_the_arguments_they_name() -> None:
    recorder = Recorder()
    manager = hook_manager(EMPTY, [recorder])

    fire(manager, "minidl_run_started", run="run")
    fire(manager, "minidl_epoch_ended", run="run", epoch=3)
    fire(manager, "minidl_run_ended", run="run")

    assert recorder.seen == [EMPTY, "run", 3]


def test_parts_are_registered_when_the_manager_is_made() -> None:
    class Registering:
        @hookimpl
        def minidl_register(self, registry: Registry) -> None:
            registry.register("loss", "huber", Huber)

    registry = Registry([])

    hook_manager(registry, [Registering()])

    assert registry.load("loss", "huber") is Huber


def test_installed_hooks_may_be_classes_whose_methods_are_called(installed: Installed) -> None:
    registry = installed(
        "class Watch:\n    @hookimpl\n    def minidl_run_started(self, run):\n        seen.append(run)\n",
        "hook_source:Watch",
    )

    fire(hook_manager(registry), "minidl_run_started", run="run")

    assert sys.modules["hook_source"].seen == ["run"]


def test_installed_hooks_may_be_modules_whose_functions_are_called(installed: Installed) -> None:
    registry = installed("@hookimpl\ndef minidl_run_started(run):\n    seen.append(run)\n", "hook_source")

    fire(hook_manager(registry), "minidl_run_started", run="run")

    assert sys.modules["hook_source"].seen == ["run"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("KeyError('boom')", "KeyError: 'boom'"),
        ("SystemExit(3)", "SystemExit: 3"),
        ("DataError('boom')", "DataError: boom"),
        ("GeneratorExit()", "GeneratorExit"),
        ("type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})()", "Odd, whose message cannot be shown"),
    ],
)
def test_an_installed_hook_that_fails_is_reported_once_and_disabled(
    installed: Installed, error: str, words: str
) -> None:
    source = f"from minidl_core import DataError\n@hookimpl\ndef minidl_run_started(run):\n    raise {error}\n"
    recorder = Recorder()
    manager = hook_manager(installed(source, "hook_source"), [recorder])
    message = (
        rf"'watch' of acme-hooks 1\.2 failed in minidl_run_started: {re.escape(words)}; it is disabled for this run"
    )

    with pytest.warns(PluginWarning, match=message):
        fire(manager, "minidl_run_started", run="first")
    fire(manager, "minidl_run_started", run="second")

    assert recorder.seen[1:] == ["first", "second"]


def test_of_an_installed_plugin_that_failed_the_other_hooks_are_called_all_the_same(installed: Installed) -> None:
    source = (
        "@hookimpl\ndef minidl_run_started(run):\n    1 / 0\n"
        "@hookimpl(trylast=True)\ndef minidl_run_ended(run):\n    seen.append(run)\n"
    )
    manager = hook_manager(installed(source, "hook_source"))
    with pytest.warns(PluginWarning, match="ZeroDivisionError"):
        fire(manager, "minidl_run_started", run="run")

    fire(manager, "minidl_run_ended", run="run")

    assert sys.modules["hook_source"].seen == ["run"]


def test_ctrl_c_in_an_installed_hook_is_no_failure_of_the_hook(installed: Installed) -> None:
    source = "import signal\n@hookimpl\ndef minidl_run_ended():\n    signal.raise_signal(signal.SIGINT)\n"
    manager = hook_manager(installed(source, "hook_source"))

    with pytest.raises(KeyboardInterrupt):
        fire(manager, "minidl_run_ended", run="run")


def test_under_a_strict_policy_an_installed_hook_that_fails_or_does_not_load_is_an_error(installed: Installed) -> None:
    registry = installed("@hookimpl\ndef minidl_run_started(run):\n    raise KeyError('boom')\n", "hook_source")
    strict = Registry(distributions(path=[str(Path(sys.path[0]))]), Policy(strict="--strict"))
    assert strict.entries() == registry.entries()

    with pytest.raises(HookError, match=r"'watch' of acme-hooks 1\.2 failed in minidl_run_started: KeyError: 'boom'"):
        fire(hook_manager(strict), "minidl_run_started", run="run")
    del sys.modules["hook_source"]
    (Path(sys.path[0]) / "hook_source.py").write_text("raise ImportError('no, never')")
    importlib.invalidate_caches()
    with pytest.raises(PluginError, match="ImportError: no, never"):
        hook_manager(strict)


def test_an_installed_wrapper_runs_around_the_others(installed: Installed) -> None:
    source = "@hookimpl(wrapper=True)\ndef minidl_run_started():\n    seen.append('before')\n    yield\n    seen.append('after')\n"
    manager = hook_manager(installed(source, "hook_source"))

    fire(manager, "minidl_run_started", run="run")

    assert sys.modules["hook_source"].seen == ["before", "after"]


def test_blocked_and_incompatible_hooks_take_no_part(site: Site) -> None:
    site.module("plug", "raise SystemError('imported')")
    site.install("acme", "[minidl.hooks]\nwatch = plug\n")
    site.install("later", "[minidl.hooks]\nlook = plug\n", requires=["minidl>=99"])
    registry = site.registry(Policy(block={"watch": "--block"}))

    assert active_hooks(hook_manager(registry), registry) == []
    assert "plug" not in sys.modules


def test_the_installed_hooks_that_take_part_are_known(installed: Installed) -> None:
    registry = installed("@hookimpl\ndef minidl_run_started(run): ...\n", "hook_source")

    assert [entry.origin for entry in active_hooks(hook_manager(registry), registry)] == ["acme-hooks 1.2"]


def test_installed_hooks_that_cannot_be_imported_are_named(installed: Installed) -> None:
    registry = installed("raise ImportError('no')", "hook_source")
    with pytest.warns(PluginWarning, match=r"hook 'watch' of acme-hooks 1\.2 .*ImportError.*pip uninstall acme-hooks"):
        manager = hook_manager(registry)
    fire(manager, "minidl_run_started", run="run")


def test_of_several_implementations_the_one_that_failed_is_named() -> None:
    error = RuntimeError("boom")
    manager = hook_manager(EMPTY, [Recorder(), Failing(error)])

    with pytest.raises(HookError, match=r"'Failing' failed in minidl_run_ended: RuntimeError: boom") as caught:
        fire(manager, "minidl_run_ended", run="run")

    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [DataError("no disk space"), KeyboardInterrupt()])
def test_an_error_of_minidl_or_an_interruption_passes_as_it_is(error: BaseException) -> None:
    manager = hook_manager(EMPTY, [Failing(error)])

    with pytest.raises(type(error)) as caught:
        fire(manager, "minidl_run_ended", run="run")

    assert caught.value is error


def test_a_hook_that_fails_while_registering_is_reported_too() -> None:
    class Registering:
        @hookimpl
        def minidl_register(self, registry: Registry) -> None:
            registry.nothing()  # type: ignore[attr-defined]

    with pytest.raises(HookError, match="'Registering' failed in minidl_register: AttributeError"):
        hook_manager(EMPTY, [Registering()])


@pytest.mark.parametrize("around", [Around, OldAround])
def test_an_implementation_may_wrap_the_others(around: type[Around]) -> None:
    recorder = Recorder()
    manager = hook_manager(EMPTY, [around(recorder.seen), recorder])

    fire(manager, "minidl_run_started", run="run")

    assert recorder.seen == [EMPTY, "before", "run", "after"]


def test_a_hook_of_an_unknown_name_is_refused_with_its_plugin_and_both_signatures() -> None:
    message = (
        r"'Misspelt' implement minidl_epoch_endet\(\) -> None, but there is no such hook: "
        r"did you mean minidl_epoch_ended\(run: Run, epoch: Epoch\) -> None\?"
    )
    with pytest.raises(HookError, match=message):
        hook_manager(EMPTY, [Misspelt()])


def test_a_hook_that_is_like_no_other_lists_all() -> None:
    class Telepathic:
        @hookimpl
        def minidl_xyzzy(self) -> None: ...

    with pytest.raises(
        HookError, match="choose from minidl_epoch_ended, minidl_progressed, minidl_register, minidl_run_ended"
    ):
        hook_manager(EMPTY, [Telepathic()])


@pytest.mark.parametrize("name", ["minidl_run_started", "minidl_run_startd"])
def test_a_hook_without_hookimpl_is_an_error(name: str) -> None:
    plugin = type("Unmarked", (), {name: lambda self, run: None})()

    with pytest.raises(
        HookError, match=f"'Unmarked' have {name} without @hookimpl, so it is never called: put @hookimpl"
    ):
        hook_manager(EMPTY, [plugin])


def test_an_implementation_may_be_named_otherwise_or_be_for_a_hook_of_a_later_minidl() -> None:
    class Careful:
        seen: list[object] = []  # noqa: RUF012 - of this test alone

        @hookimpl(specname="minidl_run_started")
        def begin(self, run: object) -> None:
            self.seen.append(run)

        @hookimpl(optionalhook=True)
        def minidl_dreamt(self, dream: object) -> None: ...

    fire(hook_manager(EMPTY, [Careful()]), "minidl_run_started", run="run")

    assert Careful.seen == ["run"]


def test_an_installed_hook_that_does_not_fit_is_left_out_with_both_signatures(installed: Installed) -> None:
    registry = installed("@hookimpl\ndef minidl_run_started(run, when): ...\n", "hook_source")
    message = r"'watch' of acme-hooks 1\.2 implement minidl_run_started\(run, when\), but the hook is minidl_run_started\(run: Run\) -> None: it has no when"

    with pytest.warns(PluginWarning, match=message):
        hook_manager(registry)


def test_a_hook_with_an_argument_it_does_not_get_is_refused_with_its_plugin() -> None:
    with pytest.raises(
        HookError,
        match=r"'Misfitting' implement minidl_epoch_ended\(epochs: object\) -> None, but the hook is minidl_epoch_ended\(run: Run, epoch: Epoch\)",
    ):
        hook_manager(EMPTY, [Misfitting()])


def test_two_plugins_of_one_class_take_part_side_by_side() -> None:
    first, second = Recorder(), Recorder()

    fire(hook_manager(EMPTY, [first, second]), "minidl_run_started", run="run")

    assert first.seen == second.seen == [EMPTY, "run"]


def test_a_class_that_cannot_be_created_is_named(installed: Installed) -> None:
    registry = installed(
        "class Watch:\n    def __init__(self):\n        raise ValueError('boom')\n", "hook_source:Watch"
    )

    with pytest.warns(PluginWarning, match=r"'watch' of acme-hooks 1\.2.*boom"):
        hook_manager(registry)


def test_a_hook_that_nobody_implements_does_nothing() -> None:
    fire(hook_manager(EMPTY), "minidl_run_started", run="run")


def test_what_an_installed_hook_prints_goes_to_stderr(installed: Installed, capsys: pytest.CaptureFixture[str]) -> None:
    manager = hook_manager(installed("@hookimpl\ndef minidl_run_ended(run):\n    print('done')\n", "hook_source"))

    fire(manager, "minidl_run_ended", run="run")

    assert capsys.readouterr() == ("", "done\n")


@pytest.mark.parametrize("strict", ["", "--strict"])
def test_two_entries_may_lead_to_one_module(site: Site, strict: str) -> None:
    site.module(
        "plug", "from minidl_core import hookimpl\nseen = []\n@hookimpl\ndef minidl_run_ended(): seen.append(1)\n"
    )
    site.install("acme", "[minidl.hooks]\na = plug\nb = plug\n")

    fire(hook_manager(site.registry(Policy(strict=strict))), "minidl_run_ended", run="run")

    assert sys.modules["plug"].seen == [1, 1]


def test_an_object_without_hooks_is_an_error(installed: Installed) -> None:
    with pytest.warns(PluginWarning, match=r"'watch' of acme-hooks 1\.2 implement none: mark functions such as"):
        hook_manager(installed("P = 3\n", "hook_source:P"))
    with pytest.raises(HookError, match="'object' implement none"):
        hook_manager(EMPTY, [object()])


def test_one_object_given_twice_is_an_error() -> None:
    recorder = Recorder()

    with pytest.raises(HookError, match="are given twice"):
        hook_manager(EMPTY, [recorder, recorder])


def test_a_keyboard_interrupt_that_a_hook_raises_itself_is_a_failure_of_the_hook(installed: Installed) -> None:
    source = "@hookimpl\ndef minidl_run_ended():\n    raise KeyboardInterrupt\n"
    manager = hook_manager(installed(source, "hook_source"))

    with pytest.warns(PluginWarning, match="failed in minidl_run_ended: KeyboardInterrupt; it is disabled"):
        fire(manager, "minidl_run_ended", run="run")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("class Watch:\n    def __dir__(self): raise KeyError('no')\n", "could not be created: KeyError: 'no'"),
        ("class Watch:\n    def __init__(self, needed): ...\n", "could not be created: TypeError"),
        ("class Watch:\n    def __init__(self): raise SystemExit(3)\n", "could not be created: SystemExit: 3"),
        ("class Watch:\n    @hookimpl\n    async def minidl_run_ended(self): ...\n", "not awaited: write def"),
    ],
)
def test_hooks_that_cannot_be_used_are_disabled_with_the_reason(installed: Installed, source: str, reason: str) -> None:
    with pytest.warns(PluginWarning, match=f"{reason}.*; it is disabled for this run"):
        hook_manager(installed(source, "hook_source:Watch"))
