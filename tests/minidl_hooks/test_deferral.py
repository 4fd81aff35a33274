"""Signals that arrive while something must not stop halfway."""

from __future__ import annotations

import signal
import threading

import pytest

from minidl_hooks._deferral import deferred_signals


def test_a_signal_is_handled_after_what_must_not_stop() -> None:
    done: list[str] = []
    handler = signal.getsignal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), deferred_signals(), deferred_signals():  # noqa: PT012 - the statements matter
        signal.raise_signal(signal.SIGINT)
        done.append("the rest")

    assert done == ["the rest"]
    assert signal.getsignal(signal.SIGINT) is handler


def test_signals_that_end_the_program_at_once_still_do() -> None:
    with deferred_signals():
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_another_thread_defers_nothing() -> None:
    done: list[str] = []

    def work() -> None:
        with deferred_signals():
            done.append("all")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == ["all"]
