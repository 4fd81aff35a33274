"""What a specification says, as a tree; `str` of a tree is its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from minidl_core.errors import SpecError

PLAIN_VALUE = re.compile(r"""[^\s:,()=*"'](?:[^:,()="'\n]*[^\s:,()="'])?""")
"""A value that needs no quotes: none of the grammar's signs in it, no space around it."""

MAX_COMPONENTS = 100_000
"""More components than this are taken for a mistyped count."""


@dataclass(frozen=True)
class Argument:
    """`value` or `key=value`; the value is text until the component's constructor says what it is."""

    value: str
    key: str | None = None
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        """Return the argument as it is written."""
        value = self.value if PLAIN_VALUE.fullmatch(self.value) else '"' + self.value.replace('"', '""') + '"'
        return value if self.key is None else f"{self.key}={value}"


@dataclass(frozen=True)
class ComponentSpec:
    """A component's name, its arguments, and the pipeline inside it, if any."""

    name: str
    arguments: tuple[Argument, ...] = ()
    body: Pipeline | None = None
    position: int = field(default=0, compare=False)
    text: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        """Return the component as it is written."""
        body = "" if self.body is None else f"({self.body})"
        return ":".join([self.name, *map(str, self.arguments)]) + body

    def error(self, message: str, position: int | None = None) -> SpecError:
        """Return an error that points at this component, or at a place within it."""
        return SpecError(message, self.text or str(self), self.position if position is None else position)


@dataclass(frozen=True)
class Item:
    """A component or a group of them, `count` times over."""

    content: ComponentSpec | Pipeline
    count: int | None = None

    def __str__(self) -> str:
        """Return the item as it is written."""
        content = f"({self.content})" if isinstance(self.content, Pipeline) else str(self.content)
        return content if self.count is None else f"{self.count}*{content}"


@dataclass(frozen=True)
class Pipeline:
    """Items one after another."""

    items: tuple[Item, ...]

    def __str__(self) -> str:
        """Return the pipeline as it is written."""
        return ",".join(map(str, self.items))

    def __len__(self) -> int:
        """Return the number of components once counts and groups are written out."""
        return sum(
            (1 if item.count is None else item.count) * (len(item.content) if isinstance(item.content, Pipeline) else 1)
            for item in self.items
        )

    @property
    def size(self) -> int:
        """The number of components, those in the bodies of others included."""
        return sum((1 if item.count is None else item.count) * _size(item.content) for item in self.items)

    def components(self) -> Iterator[ComponentSpec]:
        """Yield the components in order, with counts and groups written out."""
        for item in self.items:
            for _ in range(1 if item.count is None else item.count):
                if isinstance(item.content, Pipeline):
                    yield from item.content.components()
                else:
                    yield item.content


def _size(content: ComponentSpec | Pipeline) -> int:
    if isinstance(content, Pipeline):
        return content.size
    return 1 + (0 if content.body is None else content.body.size)
