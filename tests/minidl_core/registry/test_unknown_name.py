"""The message for an unknown name suggests a similar one."""

from __future__ import annotations

import pytest

from minidl_core.errors import UnknownNameError
from minidl_core.registry import Registry
from tests.support.site_packages import Site


def test_a_misspelt_name_gets_a_suggestion(site: Site) -> None:
    site.install("acme", "[minidl.layers]\nsoftplus = plug:S\nsquare = plug:Q\n")

    with pytest.raises(UnknownNameError, match=r"no layer 'Sotfplus': did you mean 'softplus'\?.*minidl list layers"):
        site.registry().find("layer", "Sotfplus")


def test_an_unknown_name_without_a_similar_one_lists_the_known_ones(site: Site) -> None:
    site.install("acme", "[minidl.layers]\nsoftplus = plug:S\nsquare = plug:Q\n")

    with pytest.raises(UnknownNameError, match="choose from softplus, square"):
        site.registry().find("layer", "xyz")


def test_a_qualified_name_of_the_wrong_distribution_is_unknown(site: Site) -> None:
    site.install("acme", "[minidl.layers]\nsquare = plug:Q\n")

    with pytest.raises(UnknownNameError, match="zoo/square"):
        site.registry().find("layer", "zoo/square")


def test_an_unknown_name_that_another_kind_has_is_reported(site: Site) -> None:
    site.install("acme", "[minidl.losses]\nhuber = plug:H\n[minidl.layers]\nsquare = plug:Q\n")

    with pytest.raises(UnknownNameError, match="no layer 'Huber': 'Huber' is a loss"):
        site.registry().find("layer", "Huber")


def test_an_unknown_name_of_any_kind_gets_a_suggestion(site: Site) -> None:
    site.install("acme", "[minidl.losses]\nhuber = plug:H\n")

    with pytest.raises(UnknownNameError, match=r"no part is named 'hubre': did you mean 'huber'\?"):
        site.registry().named("hubre")


def test_an_empty_registry_says_that_none_are_known() -> None:
    with pytest.raises(UnknownNameError, match="none are known"):
        Registry([]).find("layer", "relu")


def test_the_message_for_an_unknown_name_lists_unreadable_distributions(site: Site) -> None:
    (site.install("acme", "[minidl.layers]\nsquare = plug:S\n") / "METADATA").write_bytes(b"\xff\xfe")

    with pytest.raises(
        UnknownNameError,
        match=r"acme 1\.0 might provide it, but its METADATA is not UTF-8.*delete .*acme-1.0.dist-info",
    ):
        site.registry().find("layer", "square")
    (unreadable,) = site.registry().distributions()
    assert (unreadable.name, unreadable.version, unreadable.status) == ("acme", "1.0", "broken")
