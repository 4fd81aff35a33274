"""Parse the text of a spec to a tree, by recursive descent."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NoReturn

from minidl_core.errors import SpecError
from minidl_core.spec.tree import MAX_COMPONENTS, Argument, ComponentSpec, Item, Pipeline

NAME = re.compile(r"(?:\w[\w.-]*/)?[A-Za-z_][\w.-]*", re.ASCII)
"""A component's name; the distribution before it may start with a digit."""

KEY = re.compile(r"([A-Za-z_][\w-]*)\s*=", re.ASCII)
COUNT = re.compile(r"0*(\d+)\s*\*", re.ASCII)
PATH_PREFIX = re.compile(r"[A-Za-z]:(?=\\)|[A-Za-z][A-Za-z0-9+.-]+:(?=//)")
"""A prefix of a value that contains a colon: a drive before a backslash, or the scheme of a URL."""

DRIVE = re.compile(r"[A-Za-z]:(?=/)")
"""A drive before a slash; only in the first argument, because elsewhere it may be a value followed by a path."""

VALUE = re.compile(r"""[^:,()="'\n]+""")
QUOTED = re.compile(r'"(?:[^"]|"")*+"' + "|" + r"'(?:[^']|'')*+'")
SPACE = re.compile(r"\s*")

MAX_DEPTH = 50


def parse_pipeline(text: str) -> Pipeline:
    """Parse a chain of components, such as `3*(linear:25,relu),linear:2`.

    Raises:
        SpecError: the text does not follow the grammar; the message shows the position and what was expected there.
    """
    return _parsed_pipeline(text)


def parse_component(text: str) -> ComponentSpec:
    """Parse one component, such as `sgd:lr=0.01`.

    Raises:
        SpecError: the text does not follow the grammar, or has more than one component.
    """
    return _parsed_component(text)


@lru_cache(256)  # each repeat of a run parses the same specs
def _parsed_pipeline(text: str) -> Pipeline:
    parser = _Parser(text)
    pipeline = parser.pipeline()
    parser.expect_end("',' and another component, or the end")
    return pipeline


@lru_cache(256)
def _parsed_component(text: str) -> ComponentSpec:
    parser = _Parser(text)
    component = parser.component()
    parser.expect_end("':' and an argument (with '+' between the numbers of a list), or the end")
    return component


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.depth = 0

    def pipeline(self) -> Pipeline:
        items = [self.item()]
        while self.take(","):
            items.append(self.item())
        pipeline = Pipeline(tuple(items))
        if pipeline.size > MAX_COMPONENTS:
            raise SpecError(f"more than {MAX_COMPONENTS} components: reduce the counts", self.text, 0)
        return pipeline

    def item(self) -> Item:
        self.skip_space()
        start = self.position
        count = None
        if counted := self.match(COUNT):
            count = int(counted[1]) if len(counted[1]) <= len(str(MAX_COMPONENTS)) else MAX_COMPONENTS + 1
            if not 1 <= count <= MAX_COMPONENTS:
                raise SpecError(f"expected a count from 1 to {MAX_COMPONENTS}", self.text, start)
        if self.take("("):
            return Item(self.group(), count)
        return Item(self.component(), count)

    def group(self) -> Pipeline:
        """Parse a group from after its opening parenthesis through its closing one."""
        opened = self.position - 1
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise SpecError(f"nested more than {MAX_DEPTH} levels deep", self.text, opened)
        pipeline = self.pipeline()
        if not self.take(")"):
            self.fail("')' to close the group")
        self.depth -= 1
        return pipeline

    def component(self) -> ComponentSpec:
        self.skip_space()
        start = self.position
        name = self.match(NAME)
        if name is None:
            self.fail("a component's name")
        arguments: list[Argument] = []
        while self.take(":"):
            arguments.append(self.argument(first=not arguments))
        body = self.group() if self.take("(") else None
        return ComponentSpec(name[0], tuple(arguments), body, start, self.text)

    def argument(self, *, first: bool) -> Argument:
        self.skip_space()
        start = self.position
        key = self.match(KEY)
        value = self.value(first=first)
        return Argument(value, key[1] if key else None, start)

    def value(self, *, first: bool) -> str:
        self.skip_space()
        if quoted := self.match(QUOTED):
            quote = quoted[0][0]
            return quoted[0][1:-1].replace(quote * 2, quote)
        if self.text[self.position : self.position + 1] in {'"', "'"}:
            self.fail("a closing quote")
        prefix = self.match(PATH_PREFIX) or (self.match(DRIVE) if first else None)
        plain = self.match(VALUE)
        if plain is None or not plain[0].strip():
            self.fail("a value (in quotes if it contains : , ( ) = or a quote)")
        return (prefix[0] if prefix else "") + plain[0].strip()

    def expect_end(self, expected: str) -> None:
        self.skip_space()
        if self.position < len(self.text):
            self.fail(expected)

    def take(self, sign: str) -> bool:
        self.skip_space()
        found = self.text.startswith(sign, self.position)
        self.position += len(sign) * found
        return found

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.position)
        if found:
            self.position = found.end()
        return found

    def skip_space(self) -> None:
        self.match(SPACE)

    def fail(self, expected: str) -> NoReturn:
        found = repr(self.text[self.position]) if self.position < len(self.text) else "the end"
        raise SpecError(
            f"expected {expected} at position {self.position + 1}, but found {found}", self.text, self.position
        )
