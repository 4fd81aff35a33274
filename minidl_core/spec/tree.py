"""The parsed tree of a spec; `str` of a tree returns its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from minidl_core.errors import SpecError

PLAIN_VALUE = re.compile(r"""[^\s:,()=*"'](?:[^:,()="'\n]*[^\s:,()="'])?""")
"""A value that needs no quotes: without the grammar's signs, and without spaces around it."""

MAX_COMPONENTS = 100_000
"""Maximum number of components: more suggest a mistyped count."""


@dataclass(frozen=True)
class Argument:
    """`value` or `key=value`; the value stays text until it is converted to the type of the constructor's parameter."""

    value: str
    key: str | None = None
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        """Return the argument as written in a spec."""
        value = self.value if PLAIN_VALUE.fullmatch(self.value) else '"' + self.value.replace('"', '""') + '"'
        return value if self.key is None else f"{self.key}={value}"


@dataclass(frozen=True)
class ComponentSpec:
    """A component: its name, its arguments and the pipeline in parentheses, if any."""

    name: str
    arguments: tuple[Argument, ...] = ()
    body: Pipeline | None = None
    position: int = field(default=0, compare=False)
    text: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        """Return the component as written in a spec."""
        body = "" if self.body is None else f"({self.body})"
        return ":".join([self.name, *map(str, self.arguments)]) + body

    def error(self, message: str, position: int | None = None) -> SpecError:
        """Return an error that points at this component or at a position in it."""
        return SpecError(message, self.text or str(self), self.position if position is None else position)


@dataclass(frozen=True)
class Item:
    """A component or a group, repeated `count` times."""

    content: ComponentSpec | Pipeline
    count: int | None = None

    def __str__(self) -> str:
        """Return the item as written in a spec."""
        content = f"({self.content})" if isinstance(self.content, Pipeline) else str(self.content)
        return content if self.count is None else f"{self.count}*{content}"


@dataclass(frozen=True)
class Pipeline:
    """A sequence of items."""

    items: tuple[Item, ...]

    def __str__(self) -> str:
        """Return the pipeline as written in a spec."""
        return ",".join(map(str, self.items))

    def __len__(self) -> int:
        """Return the number of components with counts and groups expanded."""
        return sum(
            (1 if item.count is None else item.count) * (len(item.content) if isinstance(item.content, Pipeline) else 1)
            for item in self.items
        )

    @property
    def size(self) -> int:
        """The number of components, including those inside other components."""
        return sum((1 if item.count is None else item.count) * _size(item.content) for item in self.items)

    def components(self) -> Iterator[ComponentSpec]:
        """Yield the components in order, with counts and groups expanded."""
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
