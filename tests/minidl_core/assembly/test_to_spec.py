"""An existing part can be written as a specification."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, Literal

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from minidl_core.assembly import component_spec, make, sequential, spec_of
from minidl_core.errors import SavedModelError, SpecError
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.module import Module
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import Registry, default_registry
from minidl_core.spec import parse_pipeline


class Residual(Module):
    """A layer around others."""

    def __init__(self, body: Sequential, scale: float = 1.0, *, note: str = "", path: Path | None = None) -> None:
        self.body = body


class Unregistered(Module):
    """A layer without a name."""


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Give the registry of the process, and forget afterwards what a test registers."""
    monkeypatch.setattr(default_registry(), "_entries", default_registry().entries())
    return default_registry()


def contents(component: Component) -> object:
    """Return what makes a component what it is, to compare."""
    values = component.settings.items()
    if isinstance(component, Sequential):
        return [contents(layer) for layer in component]
    return type(component), {key: contents(v) if isinstance(v, Component) else v for key, v in values}


LAYERS = st.recursive(
    st.sampled_from(["relu", "tanh"])
    | st.builds("linear:{}".format, st.integers(1, 9))
    | st.builds(
        "linear:out_features={}:bias=no:in-features={}".format, st.integers(1, 9), st.integers(1, 9) | st.just("none")
    ),
    lambda inner: st.builds("({},{})".format, inner, inner) | st.builds("2*({})".format, inner),
    max_leaves=4,
)


@settings(deadline=None)
@given(LAYERS)
def test_a_chain_is_rebuilt_equal_from_its_specification(text: str) -> None:
    chain = sequential(text)

    spec = spec_of(chain)

    assert contents(sequential(spec)) == contents(sequential(str(spec))) == contents(chain)
    assert len(spec) == len(chain)


def test_what_must_be_given_is_written_by_place_and_defaults_left_out() -> None:
    assert str(spec_of(sequential("linear:25,2*relu"))) == "linear:25,relu,relu"
    assert str(spec_of(sequential("linear:bias=no:in-features=3:25"))) == "linear:25:in_features=3:bias=false"


@pytest.mark.parametrize(
    "text",
    [
        "residual(linear:2,relu)",
        "relu,residual:scale=0.5(residual(tanh),tanh)",
        'residual:note="a:b, ""c""":path="x y/z, w.csv"(relu)',
        "residual:scale=-1e-30:path=none(relu)",
        'residual:note=""(relu)',
    ],
)
def test_a_registered_layer_with_others_inside_is_rebuilt_equal(registry: Registry, text: str) -> None:
    registry.register("layer", "residual", Residual)
    chain = sequential(text)

    spec = spec_of(chain)

    assert contents(sequential(str(spec))) == contents(chain)
    assert parse_pipeline(str(spec)) == spec


class Scaled(Module):
    """A layer with a setting that must be given, and by name."""

    def __init__(self, shift: float = 0.0, *, factor: float) -> None: ...


def test_an_argument_that_must_be_given_by_name_is_written_by_name(registry: Registry) -> None:
    registry.register("layer", "scaled", Scaled)

    assert str(spec_of(sequential("scaled:factor=2"))) == "scaled:factor=2.0"


def test_a_layer_known_by_two_names_is_written_with_its_owner(registry: Registry) -> None:
    registry.register("layer", "relu", Residual)

    assert str(spec_of(sequential("minidl/relu,local/relu(tanh)"))) == "relu,local/relu(tanh)"


def test_an_unregistered_layer_is_refused_with_advice() -> None:
    with pytest.raises(SavedModelError) as caught:
        spec_of(Sequential([Unregistered()]))

    for word in (
        "Unregistered is not registered under a name",
        "entry point",
        "register('layer', 'unregistered', Unregistered)",
    ):
        assert word in str(caught.value)


def test_an_unregistered_layer_inside_another_is_refused(registry: Registry) -> None:
    registry.register("layer", "residual", Residual)

    with pytest.raises(SavedModelError, match="Unregistered is not registered under a name"):
        spec_of(Sequential([Residual(Sequential([Unregistered()]))]))


def test_a_setting_that_cannot_be_written_as_text_is_refused(registry: Registry) -> None:
    registry.register("layer", "residual", Residual)
    layer = Residual(Sequential([]), scale=[1, 2])  # type: ignore[arg-type]

    with pytest.raises(SavedModelError, match=r"residual: the setting scale=\[1, 2\] cannot be written as text"):
        spec_of(Sequential([layer]))


@pytest.mark.parametrize(
    "kind_and_text",
    [
        ("optimizer", "sgd:lr=0.3"),
        ("optimizer", "adam:betas=0.5+0.9"),
        ("loss", "mse:reduction=sum"),
        ("loss", "cross_entropy:weight=1.0+1e+20"),
        ("dataset", "disk"),
    ],
)
def test_losses_optimizers_and_datasets_are_written_too(kind_and_text: tuple[str, str]) -> None:
    kind, text = kind_and_text

    assert str(component_spec(kind, make(kind, text))) == text


class Size(Enum):
    """Names that are no values, values that are another's name, and an alias."""

    small = "large"
    large = "small"
    huge = 3
    enormous = 3  # noqa: PIE796 - an alias


class Way(StrEnum):
    """Names in capitals and values in small letters, as is usual."""

    FORTH = "forth"
    BACK = "back"


class Chosen(Module):
    """A layer with a setting of each type that is not plain."""

    def __init__(  # noqa: PLR0913, PLR0917
        self,
        size: Size = Size.small,
        way: Way | None = Way.BACK,
        mode: Literal["a", 1, True] = "a",
        path: Path = Path(),
        day: date = date(2000, 1, 1),
        share: Decimal = Decimal(0),
        sizes: tuple[int, ...] = (),
        names: list[str] | None = None,
        raw: bytes = b"",
        limit: float = 0.0,
    ) -> None: ...


SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"size": Size.large}, "size=large"),
    ({"size": Size.huge}, "size=huge"),
    ({"way": Way.FORTH}, "way=FORTH"),
    ({"way": None}, "way=none"),
    ({"mode": 1}, "mode=1"),
    ({"path": Path("a b/c:d.csv")}, 'path="a b/c:d.csv"'),
    ({"day": date(2024, 2, 29)}, "day=2024-02-29"),
    ({"share": Decimal("0.1")}, "share=0.1"),
    ({"sizes": (3, 4)}, "sizes=3+4"),
    ({"sizes": (3,)}, "sizes=3"),
    ({"names": ["Ada"]}, "names=Ada"),
    ({"names": ["Me", "You"]}, "names=Me+You"),
    ({"limit": math.inf}, "limit=inf"),
    ({"limit": math.nan}, "limit=nan"),
    ({"limit": 0.1}, "limit=0.1"),
]


@pytest.mark.parametrize(("settings", "written"), SETTINGS)
def test_settings_of_any_type_that_text_can_say_are_read_as_they_were(
    registry: Registry, settings: dict[str, Any], written: str
) -> None:
    registry.register("layer", "chosen", Chosen)
    spec = spec_of(Sequential([Chosen(**settings)]))
    assert str(spec) == f"chosen:{written}"
    (again,) = sequential(str(spec))
    assert repr(again.settings) == repr(settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"names": ["a+b"]},
        {"names": []},
        {"raw": b"raw"},
        {"way": "neither"},
        {"limit": torch.ones(2)},
        {"path": ("one.csv",)},
        {"size": object()},
    ],
)
def test_what_would_be_read_as_another_value_is_not_written(registry: Registry, settings: dict[str, Any]) -> None:
    registry.register("layer", "chosen", Chosen)
    (name,) = settings
    with pytest.raises(SavedModelError, match=f"chosen: the setting {name}=.* cannot be written as text"):
        spec_of(Sequential([Chosen(**settings)]))


def test_an_enumeration_is_chosen_by_name_or_by_value(registry: Registry) -> None:
    registry.register("layer", "chosen", Chosen)
    for text, size in {"small": Size.small, "large": Size.large, "3": Size.huge, "enormous": Size.huge}.items():
        (layer,) = sequential(f"chosen:size={text}")
        assert layer.settings["size"] is size
    (layer,) = sequential("chosen:way=forth")
    assert layer.settings["way"] is Way.FORTH
    with pytest.raises(SpecError, match="size must be one of small, large, huge, enormous, not 'tiny'"):
        sequential("chosen:size=tiny")
