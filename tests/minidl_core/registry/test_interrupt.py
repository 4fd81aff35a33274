"""Watches note Ctrl-C, also nested, and put handlers back."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from minidl_core.registry import InterruptWatch


@pytest.fixture(autouse=True)
def handler() -> Iterator[object]:
    """Let SIGINT raise a KeyboardInterrupt, which it does not where tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_is_distinguished_from_a_keyboard_interrupt_that_code_raises() -> None:
    with InterruptWatch() as watch:
        assert not watch.is_requested(KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert watch.is_requested(KeyboardInterrupt())
        assert not watch.is_requested(ValueError())


def test_all_nested_watches_note_it_but_none_that_has_ended(handler: object) -> None:
    with InterruptWatch() as outer:
        noting = signal.getsignal(signal.SIGINT)
        with InterruptWatch() as ended:
            pass
        with InterruptWatch() as inner:
            assert signal.getsignal(signal.SIGINT) is noting
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is noting
    assert (outer.requested, inner.requested, ended.requested) == (True, True, False)
    assert signal.getsignal(signal.SIGINT) is handler


def test_a_watch_notes_it_though_the_code_around_it_has_set_a_handler(handler: object) -> None:
    def own(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    with InterruptWatch() as outer:
        signal.signal(signal.SIGINT, own)
        with InterruptWatch() as inner, pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert inner.requested
        assert signal.getsignal(signal.SIGINT) is own
    assert outer.requested
    assert signal.getsignal(signal.SIGINT) is own
