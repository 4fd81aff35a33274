"""A folder is written completely or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from minidl_core.errors import ScaffoldError
from minidl_core.scaffolding import atomic_folder
from minidl_core.scaffolding.atomic_folder import write_folder

FILES = {"README.md": "ü\n", "package/__init__.py": "", "package/part.py": "x = 1\n"}


class Broken(Mapping[str, str]):
    """Files of which the second cannot be had."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __getitem__(self, path: str) -> str:
        if path == "second":
            raise self.error
        return "text"

    def __iter__(self) -> Iterator[str]:
        return iter(("first", "second"))

    def __len__(self) -> int:
        return 2


def test_exactly_the_given_files_are_written(tmp_path: Path) -> None:
    write_folder(tmp_path / "made", FILES)
    found = {
        str(path.relative_to(tmp_path / "made")): path.read_text("utf-8")
        for path in (tmp_path / "made").rglob("*")
        if path.is_file()
    }
    assert found == FILES
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_the_folder_has_normal_permissions(tmp_path: Path) -> None:
    write_folder(tmp_path / "made", FILES)
    (tmp_path / "other").mkdir()
    assert (tmp_path / "made").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("what", ["empty folder", "folder", "file", "link to nowhere"])
def test_an_existing_path_is_not_changed(tmp_path: Path, what: str) -> None:
    there = tmp_path / "made"
    if what == "file":
        there.write_text("mine")
    elif what == "link to nowhere":
        there.symlink_to(tmp_path / "nowhere")
    else:
        there.mkdir()
    if what == "folder":
        (there / "README.md").write_text("mine")
    with pytest.raises(ScaffoldError, match="made exists already and is not changed"):
        write_folder(there, FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
    assert (
        there.is_symlink()
        or there.is_file()
        or [path.name for path in there.iterdir()] == ["README.md"] * (what == "folder")
    )


@pytest.mark.parametrize("content", [[], ["README.md"]], ids=["empty", "filled"])
def test_a_folder_created_meanwhile_is_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: list[str]
) -> None:
    def appear(prefix: str, dir: Path) -> str:  # noqa: A002 - as mkdtemp has it
        (tmp_path / "made").mkdir()
        for name in content:
            (tmp_path / "made" / name).write_text("mine")
        (dir / "temporary").mkdir()
        return str(dir / "temporary")

    monkeypatch.setattr(atomic_folder.tempfile, "mkdtemp", appear)
    with pytest.raises(ScaffoldError, match="made exists already"):
        write_folder(tmp_path / "made", FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
    assert [path.name for path in (tmp_path / "made").iterdir()] == content


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), ValueError()])
def test_a_failure_midway_leaves_nothing_behind(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(ScaffoldError if isinstance(error, OSError) else type(error)) as caught:
        write_folder(tmp_path / "made", Broken(error))
    assert list(tmp_path.iterdir()) == []
    assert not isinstance(error, OSError) or "made: No space left on device" in str(caught.value)


def test_a_failed_rename_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(ScaffoldError, match="made: Operation not permitted"):
        write_folder(tmp_path / "made", FILES)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_parent_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match="the directory .*missing does not exist; create it first"):
        write_folder(tmp_path / "missing" / "made", FILES)
    assert list(tmp_path.iterdir()) == []


def test_a_parent_without_permission_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # for root may write everywhere
    with pytest.raises(ScaffoldError, match="is not writable"):
        write_folder(tmp_path / "made", FILES)


def test_a_name_too_long_for_the_file_system_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match="cannot create .*: File name too long"):
        write_folder(tmp_path / ("x" * 300), FILES)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a" * 300, "too long"),
        (f"{'a' * 300}/a", "too long"),
        ("file/a", "is not a directory"),
        ("one/a", "is not a directory"),
        ("nul\0sign", "null"),
    ],
)
def test_an_impossible_path_is_an_error(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "one").symlink_to(tmp_path / "one")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ScaffoldError, match=words):
        write_folder(tmp_path / name, {"a": "text"})
    assert sorted(tmp_path.iterdir()) == before


def test_a_name_may_be_as_long_as_the_system_allows(tmp_path: Path) -> None:
    write_folder(tmp_path / ("a" * 255), {"a": "text"})
    assert [path.name for path in tmp_path.iterdir()] == ["a" * 255]
