"""A tree's text parses to the same tree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minidl_core.errors import SpecError
from minidl_core.spec import Argument, ComponentSpec, Item, Pipeline, parse_component, parse_pipeline

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}(/[A-Za-z_][A-Za-z0-9_.-]{0,8})?", fullmatch=True)
KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True)
VALUES = (
    st.text(max_size=8)
    | st.text(alphabet=":,()=*\"' \n\t\r\\abé∂", max_size=8)
    | st.sampled_from(["-3", "1e-3", "-0.5", "data/my file.csv", "C:\\data", "~/x", "none", '"', "''", " ", "\u2028"])
    | st.floats().map(str)
    | st.integers().map(str)
)
ARGUMENTS = st.builds(Argument, VALUES, st.none() | KEYS)
COUNTS = st.none() | st.integers(1, 3)


def components(bodies: st.SearchStrategy[Pipeline | None]) -> st.SearchStrategy[ComponentSpec]:
    return st.builds(ComponentSpec, NAMES, st.lists(ARGUMENTS, max_size=3).map(tuple), bodies)


def pipelines(items: st.SearchStrategy[Item]) -> st.SearchStrategy[Pipeline]:
    return st.lists(items, min_size=1, max_size=3).map(lambda items: Pipeline(tuple(items)))


PIPELINES = st.recursive(
    pipelines(st.builds(Item, components(st.none()), COUNTS)),
    lambda inner: pipelines(st.builds(Item, inner | components(inner | st.none()), COUNTS)),
    max_leaves=6,
)


@settings(deadline=None)
@given(PIPELINES)
def test_a_tree_is_printed_and_parsed_back_to_the_same_tree_and_text(tree: Pipeline) -> None:
    text = str(tree)

    parsed = parse_pipeline(text)

    assert parsed == tree
    assert str(parsed) == text


@settings(deadline=None)
@given(components(st.none() | PIPELINES))
def test_a_component_is_printed_and_parsed_back_to_the_same(component: ComponentSpec) -> None:
    assert parse_component(str(component)) == component


@settings(deadline=None)
@given(PIPELINES)
def test_the_length_of_a_pipeline_is_the_number_of_its_components(tree: Pipeline) -> None:
    assert len(tree) == len(list(tree.components()))


@settings(deadline=None)
@given(PIPELINES)
def test_the_size_of_a_pipeline_counts_the_components_within_components_too(tree: Pipeline) -> None:
    def count(pipeline: Pipeline) -> int:
        return sum(1 + (count(spec.body) if spec.body else 0) for spec in pipeline.components())

    assert tree.size == count(tree)


@pytest.mark.parametrize(
    "text",
    [
        "linear:25,relu",
        "dropout:p=0.2",
        "sgd:lr=0.01:momentum=0.9",
        "3*(linear:25,relu),linear:2",
        "residual(linear:25,relu)",
        "acme/linear:25",
        "table:data/iris.csv:target=kind",
        "2*(3*(linear:-1),relu)",
        'table:"C:\\my, data.csv"',
        'table:"say ""hi"""',
        'a:""',
    ],
)
def test_a_spec_in_plain_form_prints_back_to_its_text(text: str) -> None:
    assert str(parse_pipeline(text)) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (" linear : 25 ,\n relu ", "linear:25,relu"),
        ("3 * ( linear:25\t,relu )\n,linear: 2", "3*(linear:25,relu),linear:2"),
        ("sgd : lr = 0.1", "sgd:lr=0.1"),
        ("residual ( relu )", "residual(relu)"),
        ("table:'it''s'", 'table:"it\'s"'),
        ('linear:"25"', "linear:25"),
        ("003*relu", "3*relu"),
    ],
)
def test_spaces_and_needless_quotes_are_dropped_when_printed(text: str, plain: str) -> None:
    assert str(parse_pipeline(text)) == plain


def test_groups_and_counts_are_expanded_in_order() -> None:
    tree = parse_pipeline("2*(a,2*b),c")

    assert [spec.name for spec in tree.components()] == ["a", "b", "b", "a", "b", "b", "c"]
    assert len(tree) == 7


def test_a_body_does_not_add_components() -> None:
    tree = parse_pipeline("2*residual(3*relu)")

    assert len(tree) == 2
    assert tree.size == 8


def test_positions_do_not_affect_equality() -> None:
    assert parse_pipeline("  relu:1") == parse_pipeline("relu: 1")


def test_an_error_of_a_component_points_at_its_position_in_the_text() -> None:
    linear = list(parse_pipeline("relu,linear:25").components())[1]

    error = linear.error("too wide")

    assert isinstance(error, SpecError)
    assert error.position == 5
    assert str(error) == "too wide\n  relu,linear:25\n       ^"


def test_an_error_can_point_at_an_argument() -> None:
    component = parse_component("linear: 25:bias=no")

    positions = [component.error("bad", argument.position).position for argument in component.arguments]

    assert positions == [8, 11]


def test_an_error_of_a_component_made_by_hand_shows_its_printed_text() -> None:
    assert "linear:25" in str(ComponentSpec("linear", (Argument("25"),)).error("bad"))
