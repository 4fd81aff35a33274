"""Arguments of a specification are bound to a constructor."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from minidl_core.assembly.argument_binding import bind
from minidl_core.errors import DataError, PluginError, SettingError, SpecError
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.module import Module
from minidl_core.interfaces.sequential import Sequential
from minidl_core.spec import Pipeline, parse_component

if TYPE_CHECKING:
    from fractions import Fraction


class Adam(Component):
    """An optimizer with settings of many types."""

    def __init__(
        self,
        lr: float = 0.001,
        weight_decay: float = 0.0,
        *,
        steps: int | None = 10,
        fast: bool = False,
        mode: Literal["min", "max"] = "min",
        log: Path | None = None,
        note: str = "",
        plain="p",
    ) -> None:
        if lr < 0:
            raise SettingError("adam", "lr", lr, "at least 0")


class Plain(Component):
    """A part without settings."""


class Linear(Component):
    """A part with a setting that must be given."""

    def __init__(self, out_features: int, bias: bool = True) -> None: ...


class Residual(Module):
    """A layer around others."""

    def __init__(self, body: Sequential, scale: float = 1.0) -> None:
        self.body = body


class Wrapped(Module):
    """A layer around one other."""

    def __init__(self, times: int, inner: Module) -> None: ...


class Open(Component):
    """A part that takes whatever else comes."""

    def __init__(self, a: int, *rest: object, **others: object) -> None:
        self.all = (a, rest, others)


class Failing(Component):
    """A part whose constructor fails as configured."""

    error: Exception

    def __init__(self) -> None:
        raise self.error


class Unwritable(Component):
    """A part with a setting that text cannot say."""

    def __init__(self, odd: Callable[[int], int] | Plain | None = None) -> None: ...


class OnlyForTypeCheckers(Component):
    """A part whose annotation cannot be read."""

    def __init__(self, a: Fraction) -> None: ...


def made(part: type[Component], text: str) -> dict[str, Any]:
    return bind(part, parse_component(text)).settings


def failure(part: type[Component], text: str, assemble: Callable[[Pipeline], Sequential] | None = None) -> SpecError:
    with pytest.raises(SpecError) as caught:
        bind(part, parse_component(text), assemble)
    return caught.value


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("adam", {}),
        ("adam:0.1", {"lr": 0.1}),
        ("adam:0.1:0.2", {"lr": 0.1, "weight_decay": 0.2}),
        ("adam:lr=0.1", {"lr": 0.1}),
        ("adam:weight-decay=1e-3", {"weight_decay": 0.001}),
        ("adam:weight_decay=1e-3", {"weight_decay": 0.001}),
        ("adam:lr=0.1:0.2", {"lr": 0.1, "weight_decay": 0.2}),
        ("adam:weight-decay=0.2:0.1", {"lr": 0.1, "weight_decay": 0.2}),
        ("adam:steps=5:fast=true:mode=max", {"steps": 5, "fast": True, "mode": "max"}),
        ("adam:steps=none:log=none", {"steps": None, "log": None}),
        ("adam:log=a/b.txt:note=12", {"log": Path("a/b.txt"), "note": "12"}),
        ('adam:note="a:b, c":plain=5', {"note": "a:b, c", "plain": "5"}),
    ],
)
def test_values_go_to_their_arguments_as_the_annotated_types(text: str, settings: dict[str, Any]) -> None:
    result = made(Adam, text)

    assert result == settings
    assert {key: type(value) for key, value in result.items()} == {key: type(value) for key, value in settings.items()}


@pytest.mark.parametrize(
    ("part", "text", "position", "words"),
    [
        (Adam, "adam:weigth-decay=0.1", 5, ["adam has no argument 'weigth-decay'", "did you mean 'weight_decay'?"]),
        (Adam, "adam:0.1:xyz=3", 9, ["'xyz'", "choose from", "weight_decay"]),
        (Plain, "plain:p=3", 6, ["plain has no argument 'p'", "none are known"]),
        (Plain, "plain:3", 6, ["takes no value '3'", "arguments are none"]),
        (Adam, "adam:1:2:3", 9, ["takes no value '3'", "arguments are lr (a number), ", "mode (one of min, max)"]),
        (Adam, "adam:0.1:lr=0.2", 9, ["lr is given twice"]),
        (Adam, "adam:0.1:2:lr=0.2", 11, ['lr is given twice: if this is a single value, quote it: "0.1:2"']),
        (Adam, "adam:weight-decay=1:weight_decay=2", 20, ["weight_decay is given twice"]),
        (Adam, "adam:fast", 5, ["lr must be a number, not 'fast'"]),
        (Adam, "adam:lr=0.1:steps=2.5", 12, ["steps must be a whole number or none, not '2.5'"]),
        (Adam, "adam:fast=maybe", 5, ["fast must be true or false, not 'maybe'"]),
        (Adam, "adam:mode=mean", 5, ["mode must be one of min, max, not 'mean'"]),
        (Linear, "linear", 0, ["linear needs out_features (a whole number)", "linear:out_features=25"]),
        (Linear, "linear:bias=no", 0, ["needs out_features", "for example linear:bias=no:out_features=25"]),
        (Residual, "residual", 0, ["residual needs body (layers in parentheses)", "residual(linear:25,relu)"]),
        (Residual, "residual:body=relu", 9, ["no argument 'body'", "choose from scale"]),
        (Plain, "plain(relu)", 0, ["plain takes no layers in parentheses"]),
        (Adam, "adam:-1", 0, ["adam: lr must be at least 0, not -1.0"]),
        (Open, "open:1:2", 7, ["takes no value '2'"]),
        (Open, "open:a=1:more=2", 9, ["no argument 'more'"]),
        (Unwritable, "unwritable:odd=3", 11, ["odd must be", "cannot be written as text"]),
    ],
)
def test_what_does_not_fit_is_a_spec_error_with_its_place(
    part: type[Component], text: str, position: int, words: list[str]
) -> None:
    error = failure(part, text, lambda _: Sequential([]))

    assert error.position == position
    for word in [*words, f"\n  {text}\n  {' ' * position}^"]:
        assert word in str(error)


def test_a_body_in_parentheses_is_assembled_and_handed_over() -> None:
    seen: list[str] = []
    inner = Sequential([])

    def assemble(pipeline: Pipeline) -> Sequential:
        seen.append(str(pipeline))
        return inner

    residual = bind(Residual, parse_component("residual:0.5(linear:25,2*relu)"), assemble)
    wrapped = bind(Wrapped, parse_component("wrapped:3(relu)"), assemble)

    assert residual.settings == {"body": inner, "scale": 0.5}
    assert wrapped.settings == {"times": 3, "inner": inner}
    assert seen == ["linear:25,2*relu", "relu"]


def test_where_nothing_can_assemble_layers_a_body_is_refused() -> None:
    assert "no layers in parentheses" in str(failure(Residual, "residual(relu)"))


def test_a_setting_out_of_range_points_at_the_component_in_the_whole_text() -> None:
    component = next(iter(parse_component("chain(adam:-1)").body.components()))  # type: ignore[union-attr]

    with pytest.raises(SpecError, match="lr must be at least 0") as caught:
        bind(Adam, component)

    assert caught.value.position == 6
    assert "chain(adam:-1)" in str(caught.value)


@pytest.mark.parametrize("error", [RuntimeError("boom"), KeyError("boom"), ValueError("boom")])
def test_a_constructor_that_fails_otherwise_is_a_plugin_error(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Failing, "error", error, raising=False)

    with pytest.raises(PluginError, match=r"failing could not be created from 'failing': .*boom") as caught:
        bind(Failing, parse_component("failing"))

    assert caught.value.__cause__ is error


def test_a_constructor_may_raise_errors_of_minidl_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Failing, "error", DataError("a.csv is empty"), raising=False)

    with pytest.raises(DataError, match=r"^a\.csv is empty$"):
        bind(Failing, parse_component("failing"))


def test_a_constructor_that_takes_anything_gets_what_it_names() -> None:
    part = bind(Open, parse_component("open:3"))

    assert isinstance(part, Open)
    assert part.all == (3, (), {})


def test_an_annotation_that_cannot_be_read_is_a_plugin_error_with_advice() -> None:
    with pytest.raises(
        PluginError, match="OnlyForTypeCheckers cannot be read: name 'Fraction'.*not under TYPE_CHECKING"
    ):
        bind(OnlyForTypeCheckers, parse_component("x:1"))


def test_types_that_pydantic_knows_are_read_too() -> None:
    class Exact(Component):
        def __init__(self, price: Decimal) -> None: ...

    Exact.__init__.__annotations__["price"] = Decimal

    assert made(Exact, "exact:0.10") == {"price": Decimal("0.10")}


def test_settings_that_cannot_be_read_are_an_error_that_names_the_part() -> None:
    class Odd(Component):
        signature = None  # type: ignore[assignment]

    with pytest.raises(PluginError, match=r"the settings of .*Odd cannot be read: TypeError"):
        bind(Odd, parse_component("odd"))
