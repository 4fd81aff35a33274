"""Metadata files are read safely, even if damaged."""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Callable
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

from minidl_core.distribution_metadata import installed, read_entry_points, read_header
from minidl_core.distribution_metadata.metadata_files import LONGEST
from minidl_core.errors import PluginError
from tests.support.site_packages import Site

LINES = "[minidl.layers]\nsquare = plug:S\n"


def only(site: Site) -> Distribution:
    (found,) = distributions(path=[str(site.path)])
    return found


def to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def write(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def sparse(path: Path) -> None:
    """Write a file of a terabyte that takes no room."""
    with path.open("wb") as file:
        file.truncate(1 << 40)


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "link to itself": (to_itself, "cannot be read: Too many levels of symbolic links"),
    "folder": (Path.mkdir, "cannot be read: Is a directory"),
    "pipe": (os.mkfifo, "cannot be read: it is not a regular file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "cannot be read: it is not a regular file"),
    "huge": (sparse, f"is longer than {LONGEST:,} bytes"),
    "binary": (write(b"\xff\xfe\xfd"), "is not UTF-8 text"),
    "UTF-16": (write(LINES.encode("utf-16-le")), "is not UTF-8 text"),
    "UTF-16 with mark": (write(LINES.encode("utf-16")), "is not UTF-8 text"),
    "Latin-1": (write("Name: café".encode("latin-1")), "is not UTF-8 text"),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["entry_points.txt", "METADATA"])
def test_an_unreadable_file_is_an_error_with_the_reason(site: Site, name: str, damage: str) -> None:
    path = site.install("acme", LINES) / name
    path.unlink()
    make, reason = DAMAGES[damage]
    make(path)
    read = read_entry_points if name == "entry_points.txt" else read_header

    with pytest.raises(PluginError, match=f"^its {name} {reason}$"):
        read(only(site))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is unreadable for root")
def test_a_file_without_permission_is_an_error(site: Site) -> None:
    (site.install("acme", LINES) / "entry_points.txt").chmod(0)

    with pytest.raises(PluginError, match="its entry_points.txt cannot be read: Permission denied"):
        read_entry_points(only(site))


def test_a_missing_file_is_none(site: Site) -> None:
    (site.path / "acme-1.0.dist-info").write_text("a file in place of a folder")
    (site.path / "zoo-1.0.dist-info").symlink_to("nowhere")

    assert [read_entry_points(one) for one in distributions(path=[str(site.path)])] == [None, None]


@pytest.mark.parametrize("content", ["", "\n", "Version: 1.0\n", "no header", "\n\nName: too late\n"])
def test_metadata_without_a_name_is_an_error(site: Site, content: str) -> None:
    (site.install("acme", LINES) / "METADATA").write_text(content)

    with pytest.raises(PluginError, match="its metadata lacks 'Name'"):
        read_header(only(site))


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_the_description_is_not_read(site: Site, end: bytes) -> None:
    header = end.join([b"Name: acme", b"Version: 2.0", b"", b""])
    (site.install("acme", LINES) / "METADATA").write_bytes(header + b"\xff\0" * LONGEST)

    assert read_header(only(site))["Version"].strip() == "2.0"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_system_are_read(site: Site, end: str) -> None:
    (site.install("acme", LINES) / "entry_points.txt").write_bytes(LINES.replace("\n", end).encode())

    assert read_entry_points(only(site)) == LINES


def test_an_egg_is_read_from_its_zip_file(tmp_path: Path) -> None:
    egg = tmp_path / "acme-1.0-py3.11.egg"
    with zipfile.ZipFile(egg, "w") as file:
        file.writestr("EGG-INFO/PKG-INFO", "Name: acme\nVersion: 1.0\n")
        file.writestr("EGG-INFO/entry_points.txt", LINES)
    (acme,) = distributions(path=[str(egg)])

    assert read_entry_points(acme) == LINES
    assert read_header(acme)["Name"] == "acme"
    damaged = tmp_path / "damaged-1.0-py3.11.egg"
    damaged.write_bytes(egg.read_bytes().replace(b"square", b"sqvare"))
    (acme,) = distributions(path=[str(damaged)])
    with pytest.raises(PluginError, match="its entry_points.txt cannot be read: BadZipFile: Bad CRC"):
        read_entry_points(acme)


def test_distributions_of_custom_finders_are_read_by_their_methods() -> None:
    class Odd(Distribution):
        def read_text(self, filename: str) -> str | None:
            if filename == "METADATA":
                raise RuntimeError("out of order")
            return LINES if filename == "entry_points.txt" else None

        def locate_file(self, path: object) -> Path:
            return Path(str(path))

    assert read_entry_points(Odd()) == LINES
    with pytest.raises(PluginError, match="its METADATA cannot be read: RuntimeError: out of order"):
        read_header(Odd())


@pytest.mark.no_cover  # coverage reads the import path too, and fails on such entries
def test_invalid_entries_of_the_import_path_are_ignored(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.install("acme", LINES)
    (site.path / "a file").write_text("no folder and no zip file")
    (site.path / "loop").symlink_to("loop")
    odd = [str(site.path / name) for name in ("a file", "loop", "nowhere", "nul\0")]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "path", [*odd, None, b"/bytes", site.path, 3, str(site.path)])
        found = list(installed())
    assert [one.name for one in found] == ["acme"]


def test_remains_of_an_interrupted_pip_are_ignored(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.install("acme", LINES, "2.0").rename(site.path / "~cme-2.0.dist-info")
    site.install("acme", LINES, "1.0")
    monkeypatch.setattr(sys, "path", [str(site.path)])

    assert [one.version for one in installed(name="acme")] == [one.version for one in installed()] == ["1.0"]
