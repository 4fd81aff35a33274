"""Tests of the memory of large tensors between steps."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from minidl_core import fit
from minidl_core.training import freed_memory, python_engine
from minidl_core.training.freed_memory import LARGE, keeping_freed_memory

TRIM_THRESHOLD, MMAP_MAX = -1, -4


def _copy_and_fail(settings: dict[int, int], copy: dict[int, int]) -> None:
    copy.update(settings)
    raise KeyError


def test_the_defaults_are_back_after_an_error(monkeypatch) -> None:
    settings: dict[int, int] = {}
    monkeypatch.setattr(freed_memory, "_glibc", lambda: SimpleNamespace(mallopt=settings.__setitem__))
    inside: dict[int, int] = {}
    with pytest.raises(KeyError), keeping_freed_memory():
        _copy_and_fail(settings, inside)
    assert inside == {TRIM_THRESHOLD: 2**31 - 1, MMAP_MAX: 0}
    assert settings == {TRIM_THRESHOLD: 128 * 1024, MMAP_MAX: 65536}


def test_nothing_is_set_without_glibc(monkeypatch) -> None:
    monkeypatch.setattr(freed_memory, "_glibc", lambda: None)
    with keeping_freed_memory():
        pass


@pytest.mark.parametrize(("large", "expected"), [(LARGE, 0), (1, 1)])
def test_only_steps_of_large_parameters_keep_memory(monkeypatch, large, expected) -> None:
    entered = []

    @contextmanager
    def counted() -> Iterator[None]:
        entered.append(True)
        yield

    monkeypatch.setattr(python_engine, "LARGE", large)
    monkeypatch.setattr(python_engine, "keeping_freed_memory", counted)
    fit("linear:2", "disk:10", epochs=1, batch_size=10, engine="python")
    assert len(entered) == expected
