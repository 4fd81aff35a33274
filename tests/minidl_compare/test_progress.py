"""The progress of a comparison on stderr."""

from __future__ import annotations

import io
import sys

import pytest

from minidl_compare import compare_with_torch
from minidl_compare.progress import ComparisonProgress
from minidl_core import RunConfig

SHORT = RunConfig(data="disk:train=60:test=60", epochs=1, repeats=2)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_a_line_is_written_for_each_pair(capsys: pytest.CaptureFixture[str]) -> None:
    compare_with_torch(SHORT, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.partition(":")[0] for line in err.splitlines()] == ["pair 1/2", "pair 2/2"]


def test_nothing_is_written_without_progress(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    compare_with_torch(SHORT)
    assert capsys.readouterr().out == ""
    assert terminal.getvalue() == ""


def test_a_terminal_shows_a_bar_that_is_not_drawn_by_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setenv("TERM", "xterm")
    with ComparisonProgress(4, watched=True) as progress:
        assert progress._bar is not None
        assert not progress._bar.live.auto_refresh
        progress.advance("pair 1/4: minidl 1 s")
        assert "pair 1/4: minidl 1 s" in terminal.getvalue()
        assert "25 %" in terminal.getvalue()
