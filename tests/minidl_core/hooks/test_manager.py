"""Hooks are called where plugins implement them, and their failures are told by name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest

from minidl_core.errors import DataError, HookError, PluginWarning
from minidl_core.hooks import fire, hook_manager, hookimpl
from minidl_core.interfaces.loss import Loss
from minidl_core.registry import Registry

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
    """Hooks that fail as they are told."""

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
    """A hook that there is none of."""

    @hookimpl
    def minidl_epoch_endet(self) -> None: ...


class Misfitting:
    """A hook with an argument that it does not get."""

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


def test_an_installed_hook_that_fails_is_told_by_its_name_and_distribution(installed: Installed) -> None:
    registry = installed("@hookimpl\ndef minidl_run_started(run):\n    raise KeyError('boom')\n", "hook_source")

    with pytest.raises(HookError, match=r"'watch' of acme-hooks 1\.2 failed in minidl_run_started: KeyError\('boom'\)"):
        fire(hook_manager(registry), "minidl_run_started", run="run")


def test_installed_hooks_that_cannot_be_imported_are_told_by_their_name(installed: Installed) -> None:
    registry = installed("raise ImportError('no')", "hook_source")
    with pytest.warns(PluginWarning, match=r"hook 'watch' of acme-hooks 1\.2 .*ImportError.*pip uninstall acme-hooks"):
        manager = hook_manager(registry)
    fire(manager, "minidl_run_started", run="run")


def test_of_several_implementations_the_one_that_failed_is_named() -> None:
    error = RuntimeError("boom")
    manager = hook_manager(EMPTY, [Recorder(), Failing(error)])

    with pytest.raises(HookError, match=r"'Failing' failed in minidl_run_ended: RuntimeError\('boom'\)") as caught:
        fire(manager, "minidl_run_ended", run="run")

    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [DataError("no disk space"), KeyboardInterrupt()])
def test_an_error_of_minidl_or_an_interruption_passes_as_it_is(error: BaseException) -> None:
    manager = hook_manager(EMPTY, [Failing(error)])

    with pytest.raises(type(error)) as caught:
        fire(manager, "minidl_run_ended", run="run")

    assert caught.value is error


def test_a_hook_that_fails_while_registering_is_told_too() -> None:
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


def test_a_hook_of_an_unknown_name_is_refused_with_its_plugin() -> None:
    with pytest.raises(HookError, match="Misspelt.*minidl_epoch_endet|minidl_epoch_endet.*Misspelt"):
        hook_manager(EMPTY, [Misspelt()])


def test_a_hook_with_an_argument_it_does_not_get_is_refused_with_its_plugin() -> None:
    with pytest.raises(HookError, match=r"'Misfitting' implement minidl_epoch_ended\(epochs: object\) -> None, but the hook is minidl_epoch_ended\(run: Run, epoch: Epoch\)"):
        hook_manager(EMPTY, [Misfitting()])


def test_two_plugins_of_one_class_take_part_side_by_side() -> None:
    first, second = Recorder(), Recorder()

    fire(hook_manager(EMPTY, [first, second]), "minidl_run_started", run="run")

    assert first.seen == second.seen == [EMPTY, "run"]


def test_a_class_that_fails_when_made_is_told_by_its_name(installed: Installed) -> None:
    registry = installed(
        "class Watch:\n    def __init__(self):\n        raise ValueError('boom')\n", "hook_source:Watch"
    )

    with pytest.warns(PluginWarning, match=r"'watch' of acme-hooks 1\.2.*boom"):
        hook_manager(registry)


def test_a_hook_that_nobody_implements_does_nothing() -> None:
    fire(hook_manager(EMPTY), "minidl_run_started", run="run")
