"""Errors of the spec parser show the position and what was expected."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minidl_core.errors import SpecError
from minidl_core.spec import Argument, ComponentSpec, parse_component, parse_pipeline

TEXTS = st.text() | st.text(alphabet="ab1290*(),:= '\"\n-/é", max_size=30)


@settings(deadline=None, max_examples=300)
@given(TEXTS)
def test_any_text_parses_or_is_a_spec_error_with_a_position_in_it(text: str) -> None:
    for parse in (parse_pipeline, parse_component):
        try:
            parsed = parse(text)
        except SpecError as error:
            assert error.position is not None
            assert 0 <= error.position <= len(text)
        else:
            assert parse(str(parsed)) == parsed


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("", 0, "a component's name"),
        ("   ", 3, "a component's name"),
        ("relu,", 5, "a component's name"),
        ("relu,,relu", 5, "a component's name"),
        (",relu", 0, "a component's name"),
        ("()", 1, "a component's name"),
        ("residual()", 9, "a component's name"),
        ("2*2*relu", 2, "a component's name"),
        ("2*", 2, "a component's name"),
        ("3(relu)", 0, "a component's name"),
        ("-1*relu", 0, "a component's name"),
        ("2.5*relu", 0, "a component's name"),
        ("(relu,relu", 10, "')'"),
        ("residual(relu", 13, "')'"),
        ("relu)", 4, "','"),
        ("relu relu", 5, "','"),
        ("(relu):3", 6, "','"),
        ("linear:", 7, "a value"),
        ("linear::2", 7, "a value"),
        ("linear:p=", 9, "a value"),
        ("linear:p=a=b", 10, "','"),
        ("linear:(relu)", 7, "a value"),
        ('table:"a.csv', 6, "a closing quote"),
        ("table:'a.csv", 6, "a closing quote"),
        ('table:"a""', 6, "a closing quote"),
        ('table:"a"b', 9, "','"),
        ("relu\n,\n*", 7, "a component's name"),
    ],
)
def test_a_message_says_what_was_expected_and_where(text: str, position: int, expected: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_pipeline(text)

    message, shown, caret = str(caught.value).split("\n")
    assert caught.value.position == position
    assert f"expected {expected}" in message
    assert f"position {position + 1}" in message
    assert (repr(text[position]) if position < len(text) else "the end") in message
    assert shown == "  " + text.replace("\n", " ")
    assert caret == "  " + " " * position + "^"


@pytest.mark.parametrize("count", ["0", "00", "100001", "9" * 5000])
def test_a_count_out_of_range_is_refused(count: str) -> None:
    with pytest.raises(SpecError, match="a count from 1 to 100000") as caught:
        parse_pipeline(f"relu,{count}*relu")

    assert caught.value.position == 5


@pytest.mark.parametrize(
    "text",
    [
        "50000*relu,50001*relu",
        "1000*(101*relu)",
        "100000*(100000*(100000*relu))",
        "100000*residual(100000*relu)",
        "residual(100000*relu)",
        "a(b(100*(1000*c)))",
    ],
)
def test_too_many_components_are_refused(text: str) -> None:
    with pytest.raises(SpecError, match="more than 100000 components"):
        parse_pipeline(text)


def test_the_maximum_number_of_components_is_accepted() -> None:
    assert len(parse_pipeline("10*(10000*relu)")) == 100_000


@pytest.mark.parametrize(("opening", "closing"), [("(", ")"), ("residual(", ")"), ("2*(", ")")])
def test_too_deep_nesting_is_refused(opening: str, closing: str) -> None:
    with pytest.raises(SpecError, match="nested more than 50 levels deep") as caught:
        parse_pipeline(opening * 5000 + "relu" + closing * 5000)

    assert caught.value.position == len(opening) * 51 - 1


def test_fifty_nested_groups_are_accepted() -> None:
    text = "(" * 50 + "relu" + ")" * 50

    assert str(parse_pipeline(text)) == text


def test_groups_in_sequence_are_not_nesting() -> None:
    assert len(parse_pipeline(",".join(["residual((relu))"] * 200))) == 200


@pytest.mark.parametrize("value", ["-3", "1e-3", "-1.5E+10", "a/b c.csv", "~/x", "a*b", "nan", "C;\\x", "é∂", "a-b.c"])
def test_a_value_without_the_grammars_signs_needs_no_quotes(value: str) -> None:
    assert parse_component(f"x:{value}").arguments == (Argument(value),)
    assert parse_component(f"x:k={value}").arguments == (Argument(value, "k"),)


@pytest.mark.parametrize("path", [r"C:\data\a.csv", "C:/data/a.csv", "https://example.org/a.csv", "s3://bucket/a.csv"])
def test_paths_with_a_drive_and_urls_need_no_quotes(path: str) -> None:
    assert parse_component(f"x:{path}:k=1").arguments == (Argument(path), Argument("1", "k"))
    assert parse_component(f"x:path={path}:k=1").arguments == (Argument(path, "path"), Argument("1", "k"))
    component = parse_component(f"x:{path}")
    assert parse_component(str(component)) == component


def test_a_letter_before_a_path_is_not_a_drive() -> None:
    assert parse_component("x:a.csv:y:/b.csv").arguments == (Argument("a.csv"), Argument("y"), Argument("/b.csv"))


def test_a_key_may_have_dashes_and_a_quoted_value_line_breaks() -> None:
    assert parse_component('x:weight-decay="a\n\n:b"').arguments == (Argument("a\n\n:b", "weight-decay"),)


def test_parse_component_accepts_only_one_component() -> None:
    with pytest.raises(SpecError, match="':' and an argument .*, or the end") as caught:
        parse_component("sgd:lr=0.1,sgd")

    assert caught.value.position == 10


def test_a_comma_between_numbers_gets_a_hint_about_plus() -> None:
    with pytest.raises(SpecError, match=r"'\+' between the numbers .* at position 15, but found ','"):
        parse_component("adam:betas=0.9,0.99")


def test_parse_component_accepts_no_count() -> None:
    with pytest.raises(SpecError, match="a component's name"):
        parse_component("2*mse")


def test_components_know_their_position_and_text() -> None:
    text = "2*( relu , a/b:1 )"

    first, second, *_ = parse_pipeline(text).components()

    assert (first.position, second.position) == (4, 11)
    assert first.text == second.text == text
    assert second == ComponentSpec("a/b", (Argument("1"),))
