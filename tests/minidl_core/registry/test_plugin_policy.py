"""The user's policy for plugins applies before anything is imported."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from minidl_core.errors import BlockedError, ConflictError, PluginError, UnknownNameError
from minidl_core.registry import Policy
from tests.support.site_packages import LAYER, Site


@pytest.fixture
def acme(site: Site) -> Site:
    """Return a site with two distributions that share the name of a layer."""
    site.module("plug_acme", LAYER.format(name="Swish") + LAYER.format(name="Cube"))
    site.module("plug_zoo", LAYER.format(name="Swish"))
    site.install("Acme-Layers", "[minidl.layers]\nswish = plug_acme:Swish\ncube = plug_acme:Cube\n")
    site.install("zoo", "[minidl.layers]\nswish = plug_zoo:Swish\n[minidl.hooks]\nwatch = plug_zoo\n")
    return site


def statuses(site: Site, **decisions: Any) -> dict[str, str]:
    return {entry.qualified_name: entry.status for entry in site.registry(Policy(**decisions)).entries()}


@pytest.mark.parametrize(
    ("name", "blocked"),
    [
        ("acme-layers", {"Acme-Layers/cube", "Acme-Layers/swish"}),
        ("ACME.layers", {"Acme-Layers/cube", "Acme-Layers/swish"}),
        ("cube", {"Acme-Layers/cube"}),
        ("CUBE", {"Acme-Layers/cube"}),
        ("zoo/swish", {"zoo/swish"}),
        ("swish", {"Acme-Layers/swish", "zoo/swish"}),
        ("watch", {"zoo/watch"}),
    ],
)
def test_a_part_or_a_distribution_is_blocked_by_name(acme: Site, name: str, blocked: set[str]) -> None:
    found = statuses(acme, block={name: "--block"})
    assert {part for part, status in found.items() if status == "blocked"} == blocked


def test_a_blocked_part_is_not_imported_and_the_error_says_what_blocks_it(acme: Site) -> None:
    registry = acme.registry(Policy(block={"acme_layers": "--block"}))
    with pytest.raises(BlockedError, match=r"layer 'cube' of Acme-Layers 1\.0 is blocked by --block \(acme_layers\)"):
        registry.load("layer", "cube")
    assert "plug_acme" not in sys.modules


def test_a_blocked_part_does_not_compete_for_its_name(acme: Site) -> None:
    registry = acme.registry(Policy(block={"acme-layers": "--block"}))
    assert registry.load("layer", "swish").__module__ == "plug_zoo"


@pytest.mark.parametrize(
    ("name", "guess"),
    [("acme-layer", "Acme-Layers"), ("cubes", "cube"), ("zoo/swich", "zoo/swish"), ("zo", "zoo")],
)
def test_blocking_a_misspelt_name_is_an_error_with_a_suggestion(acme: Site, name: str, guess: str) -> None:
    with pytest.raises(
        UnknownNameError, match=f"--block: no installed part or distribution is named '{name}': did you mean '{guess}'"
    ):
        acme.registry(Policy(block={name: "--block"}))


def test_a_shared_file_may_name_plugins_of_other_environments(acme: Site) -> None:
    place = "block in config.toml"
    acme.registry(Policy(block={"elsewhere": place}, shared=frozenset({place})))
    with pytest.raises(UnknownNameError, match="did you mean 'Acme-Layers'"):
        acme.registry(Policy(block={"acme-layer": place}, shared=frozenset({place})))


def test_minidl_as_a_whole_cannot_be_blocked(acme: Site) -> None:
    with pytest.raises(UnknownNameError, match="minidl as a whole cannot be blocked"):
        acme.registry(Policy(block={"Minidl": "--block"}))


def test_without_plugins_only_minidls_own_parts_are_usable(acme: Site) -> None:
    acme.install("minidl", "[minidl.layers]\ntanh = plug_zoo:Swish\n")
    found = statuses(acme, own_only="--no-plugins")
    assert {part for part, status in found.items() if status == "ok"} == {"minidl/tanh"}
    with pytest.raises(BlockedError, match=r"'cube' of Acme-Layers 1\.0 is blocked by --no-plugins"):
        acme.registry(Policy(own_only="--no-plugins")).find("layer", "cube")


def test_the_preferred_part_has_the_bare_name_and_the_other_the_qualified_one(acme: Site) -> None:
    registry = acme.registry(Policy(prefer={"ZOO/Swish": "--prefer"}))
    assert registry.load("layer", "swish").__module__ == "plug_zoo"
    assert registry.load("layer", "acme-layers/swish").__module__ == "plug_acme"
    loser = registry.find("layer", "acme-layers/swish")
    assert (loser.status, loser.shown_name) == ("conflicting", "Acme-Layers/swish")
    assert loser.reason == "the name stands for the part of zoo 1.0: --prefer (ZOO/Swish)"
    assert registry.problems() == []


def test_a_later_preference_comes_first(acme: Site) -> None:
    earlier, later = Policy(prefer={"zoo/swish": "MINIDL_PREFER"}), Policy(prefer={"acme-layers/swish": "--prefer"})
    registry = acme.registry(earlier | later)
    assert registry.find("layer", "swish").distribution == "Acme-Layers"


def test_a_preferred_part_keeps_its_name_even_if_unusable(site: Site) -> None:
    site.install("acme", "[minidl.layers]\nswish = plug:S\n", requires=["minidl>=99"])
    site.install("zoo", "[minidl.layers]\nswish = plug:S\n")
    assert site.registry().find("layer", "swish").distribution == "zoo"
    with pytest.raises(ConflictError, match=r"acme 1\.0 \(incompatible\) and zoo 1\.0: write 'zoo/swish'"):
        site.registry(Policy(prefer={"acme/swish": "--prefer"})).find("layer", "swish")


@pytest.mark.parametrize("name", ["swish", "zoo/swich", "zo/swish"])
def test_preferring_an_unknown_name_is_an_error(acme: Site, name: str) -> None:
    with pytest.raises(UnknownNameError, match=f"--prefer: no installed part or distribution is named '{name}'"):
        acme.registry(Policy(prefer={name: "--prefer"}))


def test_blocks_add_up_and_switches_stay_on() -> None:
    merged = Policy(block={"a": "file"}, strict="MINIDL_STRICT") | Policy(
        block={"b": "--block"}, own_only="--no-plugins"
    )
    assert merged.block == {"a": "file", "b": "--block"}
    assert (merged.own_only, merged.strict) == ("--no-plugins", "MINIDL_STRICT")


@pytest.mark.parametrize(
    ("entry_points", "requires", "message"),
    [
        ("[minidl.layers]\nswish = plug:S\nno module\n", [], "'no module' of bad 1.0 is broken"),
        (
            "[minidl.layers]\nswish = plug:S\n",
            ["minidl>=99"],
            "'swish' of bad 1.0 is incompatible: it requires minidl>=99",
        ),
        ("[minidl.layers]\ncube = plug:C\n", [], "'cube' of Acme-Layers 1.0 is conflicting"),
        ("[minidl.layers]\nsw\xefsh = plug:C\n", [], "'sw\xefsh' of bad 1.0 is broken"),
    ],
)
def test_every_problem_is_an_error_under_a_strict_policy(
    site: Site, entry_points: str, requires: list[str], message: str
) -> None:
    site.install("Acme-Layers", "[minidl.layers]\ncube = plug:C\n")
    site.registry(Policy(strict="--strict"))
    site.install("bad", entry_points, requires=requires)
    with pytest.raises(PluginError, match="--strict is set, and some plugins have problems") as caught:
        site.registry(Policy(strict="--strict"))
    assert message in str(caught.value)
    site.registry(Policy(strict="--strict", block={"bad": "--block"}))


def test_unreadable_metadata_is_an_error_under_a_strict_policy(site: Site) -> None:
    (site.install("bad", "[minidl.layers]\nswish = plug:S\n") / "METADATA").unlink()
    with pytest.raises(PluginError, match=r"bad 1\.0: its metadata lacks 'Name'"):
        site.registry(Policy(strict="MINIDL_STRICT"))
    site.registry(Policy(strict="--strict", block={"bad": "--block"}))


def test_registered_parts_may_be_named_before_they_exist(site: Site) -> None:
    site.install("local", "[minidl.layers]\nswish = plug:S\n")
    registry = site.registry(
        Policy(own_only="--no-plugins", block={"local/cube": "--block"}, prefer={"local/x": "--prefer"})
    )
    registry.register("layer", "mine", Policy)

    assert [(entry.name, entry.status) for entry in registry.entries()] == [("mine", "ok"), ("swish", "blocked")]


def test_a_registered_part_can_be_preferred(site: Site) -> None:
    site.install("acme", "[minidl.layers]\nswish = plug:S\n")
    registry = site.registry(Policy(prefer={"local/swish": "--prefer"}))
    registry.register("layer", "swish", Policy)

    assert registry.find("layer", "swish").is_local
