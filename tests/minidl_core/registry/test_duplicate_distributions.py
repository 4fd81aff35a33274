"""Of several distributions of one name one is used, with notes about the others."""

from __future__ import annotations

import itertools
import json
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

import minidl_core
from minidl_core.own_version import own_version
from minidl_core.registry import Registry
from tests.support.site_packages import Site

LINES = "[minidl.layers]\nsquare = plug:S\n"

ROOT = Path(minidl_core.__file__).parents[1]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("1.9", "1.10"),
        ("1.0rc1", "1.0"),
        ("1.0.dev3", "1.0a1"),
        ("1.0a2", "1.0b1"),
        ("1.0", "1.0.post1"),
        ("1.0", "1.0+cu121"),
        ("1.0+cu121", "1.0.1"),
        ("2024.1", "1!0.1"),
        ("1.0-alpha", "1.0"),
        ("v1.0", "1.1"),
        ("nightly-300", "0.0.1.dev1"),
        ("build-9", "build-10"),
        ("", "0.1"),
    ],
)
def test_of_two_versions_in_one_folder_the_later_is_used(site: Site, earlier: str, later: str) -> None:
    for place, version in enumerate((earlier, later)):
        folder = site.install("acme", LINES, f"{place}")
        (folder / "METADATA").write_text(f"Name: acme\nVersion: {version}\n")
    found = list(distributions(path=[str(site.path)]))

    for order in itertools.permutations(found):
        (acme,) = Registry(order).distributions()
        assert acme.version == later
        (note,) = acme.notes
        assert note == (
            f"one folder has two versions, {earlier or 'none'} and {later}; the later one is used: "
            f"delete {site.path / 'acme-0.dist-info'}"
        )
        assert acme.status == "ok"
        assert Registry(order).problems() == []


def test_the_same_folder_found_twice_is_one_version(site: Site) -> None:
    site.install("acme", LINES)

    (acme,) = Registry(distributions(path=[str(site.path), f"{site.path}/"])).distributions()

    assert acme.notes == ()


def test_of_several_folders_the_first_on_the_import_path_is_used(tmp_path: Path) -> None:
    for folder, version in (("first", "1.0"), ("second", "2.0"), ("second", "3.0")):
        Site(tmp_path / folder).install("acme", LINES, version)
    path = [str(tmp_path / "first"), str(tmp_path / "second")]

    (acme,) = Registry(distributions(path=path)).distributions()

    assert (acme.version, acme.notes) == ("1.0", ())


@pytest.mark.parametrize("places", [("first", "first"), ("first", "second")])
def test_a_readable_distribution_is_used_instead_of_an_unreadable_one(tmp_path: Path, places: tuple[str, str]) -> None:
    damaged = Site(tmp_path / places[0]).install("acme", LINES, "2.0") / "entry_points.txt"
    damaged.unlink()
    damaged.symlink_to(damaged)
    Site(tmp_path / places[1]).install("acme", LINES, "1.0")
    path = list(dict.fromkeys(str(tmp_path / place) for place in places))

    (acme,) = Registry(distributions(path=path)).distributions()

    assert (acme.version, acme.status, acme.malformed) == ("1.0", "ok", True)
    (note,) = acme.notes
    assert note == (
        "acme 2.0 is ignored, because its entry_points.txt cannot be read: Too many levels of symbolic links: "
        f"delete {damaged.parent}"
    )


def running(site: Site, way: str) -> None:
    """Install a distribution whose packages are those that run."""
    folder = site.install("minidl", "[minidl.layers]\nrunning = plug:S\n", "0.5")
    if way == "editable":
        direct = {"url": ROOT.as_uri(), "dir_info": {"editable": True}}
        (folder / "direct_url.json").write_text(json.dumps(direct))


def foreign(site: Site, state: str) -> None:
    """Install a distribution that is called minidl and is not the one that runs."""
    folder = site.install("MiniDL", "[minidl.layers]\nforeign = plug:S\n", "9.9")
    if state == "without parts":
        (folder / "entry_points.txt").unlink()
    elif state == "loop":
        (folder / "entry_points.txt").unlink()
        (folder / "entry_points.txt").symlink_to("entry_points.txt")
    elif state == "nameless":
        (folder / "METADATA").unlink()


@pytest.mark.parametrize("place", ["one folder", "earlier"])
@pytest.mark.parametrize("state", ["with parts", "without parts", "loop", "nameless"])
def test_of_several_distributions_called_minidl_the_running_one_is_used(tmp_path: Path, place: str, state: str) -> None:
    sites = Site(tmp_path / "first"), Site(tmp_path / ("first" if place == "one folder" else "second"))
    foreign(sites[0], state)
    running(sites[1], "editable")
    path = list(dict.fromkeys(str(site.path) for site in sites))

    (own,) = Registry(distributions(path=path)).distributions()

    assert (own.version, [entry.name for entry in own.entries]) == ("0.5", ["running"])
    assert len(own.notes) == 1
    assert str(sites[0].path) in own.notes[0]


def test_packages_next_to_the_metadata_are_the_running_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "minidl_core.distribution_metadata.running_distribution.running_folder",
        lambda: str(tmp_path.resolve() / "second"),
    )
    foreign(Site(tmp_path / "first"), "with parts")
    running(Site(tmp_path / "second"), "beside")
    (tmp_path / "linked").symlink_to("second")

    (own,) = Registry(distributions(path=[str(tmp_path / "first"), str(tmp_path / "linked")])).distributions()

    assert own.version == "0.5"


def test_the_version_is_that_of_the_running_minidl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    states = ("with parts", "without parts", "loop", "nameless")
    for state in states:
        foreign(Site(tmp_path / state), state)
    running(Site(tmp_path / "running"), "editable")
    monkeypatch.setattr(sys, "path", [str(tmp_path / name) for name in (*states, "running")])

    assert own_version.__wrapped__() == "0.5"


def test_if_none_is_running_one_with_commands_is_used(tmp_path: Path) -> None:
    foreign(Site(tmp_path / "first"), "with parts")
    Site(tmp_path / "second").install("minidl", "[minidl.commands]\nrun = plug:run\n", "0.5")

    (own,) = Registry(distributions(path=[str(tmp_path / "first"), str(tmp_path / "second")])).distributions()

    assert own.version == "0.5"


def test_a_message_says_why_minidls_own_parts_are_unknown(site: Site) -> None:
    with pytest.raises(minidl_core.UnknownNameError, match="no distribution called minidl is on the import path"):
        Registry([]).find("command", "run")
    foreign(site, "without parts")
    with pytest.raises(
        minidl_core.UnknownNameError,
        match=r"MiniDL 9\.9 might provide it, but it declares no parts: reinstall minidl",
    ):
        site.registry().find("command", "run")


def test_a_message_says_that_another_minidl_declares_the_parts(site: Site) -> None:
    foreign(site, "with parts")
    with pytest.raises(
        minidl_core.UnknownNameError,
        match=r"MiniDL 9\.9 in .*site is not the running minidl, whose metadata is missing",
    ):
        site.registry().find("command", "run")
    assert sys.path[0] == str(site.path)
