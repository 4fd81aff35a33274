"""Every component has a name and the settings it was created with."""

from __future__ import annotations

import copy
import pickle

import pytest

from minidl_core.interfaces.component import Component


class Adam(Component):
    """A component with settings."""

    def __init__(self, lr: float = 0.1, *, betas: tuple[float, float] = (0.9, 0.99), note: str = "") -> None:
        self.lr = lr * 2


class Plain(Component):
    """A component without settings."""


class AdamW(Adam):
    """A component that inherits its constructor."""


def test_settings_are_the_constructors_arguments_by_name_in_its_order() -> None:
    assert list(Adam(note="n", lr=0.5).settings.items()) == [("lr", 0.5), ("note", "n")]
    assert Adam(0.5).settings == {"lr": 0.5}


def test_settings_left_at_their_defaults_are_left_out_and_given_ones_kept() -> None:
    assert Adam().settings == {}
    assert Adam(0.1).settings == {"lr": 0.1}


def test_settings_do_not_follow_what_the_constructor_makes_of_them() -> None:
    assert Adam(0.5).lr == 1.0
    assert Adam(0.5).settings == {"lr": 0.5}


def test_each_component_has_settings_of_its_own() -> None:
    first, second = Adam(0.5), AdamW(note="x")

    assert (first.settings, second.settings, Plain().settings) == ({"lr": 0.5}, {"note": "x"}, {})


def test_the_signature_is_the_constructors_without_self() -> None:
    assert list(Adam.signature().parameters) == list(AdamW.signature().parameters) == ["lr", "betas", "note"]
    assert list(Plain.signature().parameters) == []


def test_a_component_without_settings_takes_no_arguments() -> None:
    with pytest.raises(TypeError):
        Plain(3)


def test_the_text_of_a_component_is_the_call_that_makes_it() -> None:
    assert repr(AdamW(0.5, note="n")) == "AdamW(lr=0.5, note='n')"
    assert repr(Plain()) == "Plain()"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Linear", "linear"),
        ("ReLU", "relu"),
        ("LeakyReLU", "leaky_relu"),
        ("ReLU6", "relu6"),
        ("BatchNorm", "batch_norm"),
        ("MSE", "mse"),
        ("R2", "r2"),
        ("Conv2d", "conv2d"),
        ("L1Loss", "l1_loss"),
        ("CrossEntropy", "cross_entropy"),
    ],
)
def test_messages_call_a_component_by_its_class_in_small_words(name: str, label: str) -> None:
    assert type(name, (Component,), {}).label() == label


def test_a_copy_keeps_the_settings() -> None:
    adam = Adam(0.5)

    for twin in (copy.copy(adam), copy.deepcopy(adam), pickle.loads(pickle.dumps(Plain()))):
        assert twin.settings == (adam.settings if isinstance(twin, Adam) else {})
