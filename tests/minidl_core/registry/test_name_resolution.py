"""minidl's own names stand for minidl's parts, even if other distributions use them."""

from __future__ import annotations

from importlib.metadata import distributions

import pytest

from minidl_core import ConflictError, PluginError, PluginWarning, Policy, Registry
from minidl_core.interfaces.loss import Loss
from minidl_core.registry import KINDS, Entry
from tests.support.site_packages import LAYER, Site

OWN = [entry for entry in Registry(distributions(name="minidl")).entries() if entry.kind != "hook"]


def install_all_kinds(site: Site, *names: str, owner: str = "thief") -> None:
    """Install a distribution with parts of all kinds under one name."""
    groups = {kind.group: name.replace("_", "-").upper() for kind in KINDS.values() for name in names}
    site.install(owner, "".join(f"[{group}]\n{name} = plug:Part\n" for group, name in groups.items()))


def registry(site: Site, policy: Policy | None = None) -> Registry:
    return Registry([*distributions(path=[str(site.path)]), *distributions(name="minidl")], policy)


@pytest.mark.parametrize("own", OWN, ids=lambda entry: f"{entry.kind}-{entry.name}")
def test_minidls_names_stand_for_its_own_parts_with_one_warning(site: Site, own: Entry) -> None:
    install_all_kinds(site, own.name)
    found = registry(site)

    with pytest.warns(PluginWarning) as caught:
        parts = {found.find(own.kind, own.name).qualified_name for _ in range(3)}

    assert parts == {own.qualified_name}
    claimed = own.name.replace("_", "-").upper()
    (message,) = (str(one.message) for one in caught)
    assert message == (
        f"the {own.kind} '{own.name}' is minidl's, but thief 1.0 provides one too: write 'thief/{claimed}' to use it, "
        f"or choose (--prefer thief/{claimed} or --prefer minidl/{own.name})"
    )
    assert found.find(own.kind, f"thief/{own.name}").target == "plug:Part"


@pytest.mark.parametrize(
    ("decisions", "owner"),
    [
        ({"prefer": {"thief/relu": "--prefer"}}, "thief"),
        ({"prefer": {"minidl/relu": "--prefer"}}, "minidl"),
        ({"block": {"minidl/relu": "--block"}}, "thief"),
        ({"block": {"thief": "--block"}}, "minidl"),
        ({"own_only": "--no-plugins"}, "minidl"),
    ],
)
def test_the_users_policy_applies_without_a_warning(
    site: Site, decisions: dict[str, dict[str, str] | str], owner: str
) -> None:
    install_all_kinds(site, "relu")

    assert registry(site, Policy(**decisions)).find("layer", "relu").distribution == owner  # type: ignore[arg-type]


def test_qualified_and_unshared_names_cause_no_warning(site: Site) -> None:
    install_all_kinds(site, "relu")

    assert registry(site).load("layer", "minidl/relu").__module__ == "minidl_layers.relu"
    assert registry(site).load("layer", "linear").__module__ == "minidl_layers.linear"


def test_the_warning_lists_the_first_few_distributions(site: Site) -> None:
    for number in range(9):
        install_all_kinds(site, "relu", owner=f"thief{number}")

    with pytest.warns(PluginWarning) as caught:
        registry(site).find("layer", "relu")

    message = str(caught[0].message)
    assert (
        "thief0 1.0 and thief1 1.0 and thief2 1.0 and thief3 1.0 and thief4 1.0 and 4 others provide one too" in message
    )
    assert "'thief4/RELU' or 4 others to use one of them" in message


def test_unusable_parts_do_not_compete_for_a_name(site: Site) -> None:
    site.install("thief", "[minidl.layers]\nrelu = plug:\n")
    site.install("later", "[minidl.layers]\nrelu = plug:S\n", requires=["minidl>=99"])

    assert registry(site).find("layer", "relu").distribution == "minidl"


def test_preferring_an_unusable_part_suggests_usable_ones(site: Site) -> None:
    site.install("acme", "[minidl.layers]\nrelu = plug:\n")
    found = registry(site, Policy(prefer={"acme/relu": "--prefer"}))

    with pytest.raises(ConflictError, match=r"acme 1\.0 \(broken\) and minidl .*such as --prefer minidl/relu"):
        found.find("layer", "relu")


def test_a_shared_name_is_an_error_under_a_strict_policy(site: Site) -> None:
    strict = registry(site, Policy(strict="--strict"))
    strict.register("loss", "mse", type("Mine", (Loss,), {}))
    with pytest.raises(ConflictError, match="the loss 'mse' is provided by local and minidl"):
        strict.find("loss", "mse")

    install_all_kinds(site, "relu")
    with pytest.raises(
        PluginError, match=r"'RELU' of thief 1\.0 is conflicting: the name stands for the part of minidl"
    ):
        registry(site, Policy(strict="--strict"))
    registry(site, Policy(strict="--strict", prefer={"minidl/relu": "--prefer"}, block={"thief": "--block"}))


def test_a_name_stands_for_the_same_parts_in_a_lookup_over_all_kinds(site: Site) -> None:
    site.install("thief", "[minidl.losses]\nmae = plug:S\n[minidl.hooks]\nmae = plug:S\n")
    found = registry(site)

    with pytest.warns(PluginWarning, match="the loss 'mae' is minidl's"):
        named = {f"{entry.kind} {entry.qualified_name}" for entry in found.named("mae")}

    assert named == {"hook thief/mae", "loss minidl/mae", "metric minidl/mae"}
    assert [entry.kind for entry in found.named("thief/mae")] == ["hook", "loss"]


def test_a_class_of_minidl_that_others_declare_too_is_minidls(site: Site) -> None:
    site.install("acme", "[minidl.layers]\nrelu = minidl_layers.relu:ReLU\nabsolute = minidl_layers.relu:ReLU\n")
    found = registry(site)

    entry = found.entry_of("layer", found.load("layer", "acme/absolute"))

    assert entry is not None
    assert entry.qualified_name == "minidl/relu"


@pytest.mark.parametrize("owner", ["3d-layers", "A.b_c"])
def test_the_grammar_accepts_every_qualified_name(site: Site, owner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from minidl_core.assembly import from_spec, sequential

    site.module("plug", LAYER.format(name="Part"))
    install_all_kinds(site, "relu", owner=owner)
    monkeypatch.setattr(from_spec, "default_registry", lambda: registry(site))

    chain = sequential(f"2*{owner}/relu,minidl/relu")

    assert [type(layer).__name__ for layer in chain] == ["Part", "Part", "ReLU"]
