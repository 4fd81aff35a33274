"""The names in a new plugin's distribution, derived from the name of its part."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass

from minidl_core.errors import ScaffoldError
from minidl_core.own_version import own_version
from minidl_core.registry import Kind

PART_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*([-_][A-Za-z0-9]+)*")
DISTRIBUTION_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*([-_.][A-Za-z0-9]+)*")

USES = {
    "layer": "minidl run --layers linear:25,{name},linear:2",
    "loss": "minidl run --loss {name}",
    "optimizer": "minidl run --optimizer {name}",
    "dataset": "minidl run --data {name}",
    "metric": "minidl run --metrics {name}",
    "engine": "minidl run --engine {name}",
    "hook": "minidl run",
    "command": "minidl {name}",
}
"""A command that uses a part, by kind."""


@dataclass(frozen=True)
class PluginProject:
    """The distribution of a new plugin with one part.

    Args:
        kind: the kind of the part.
        given_name: the part's name as the user wrote it.
        distribution: the name of the distribution and of its folder.
        author: the copyright holder.

    Raises:
        ScaffoldError: a name is invalid, or is a Python keyword.
    """

    kind: Kind
    given_name: str
    distribution: str
    author: str

    def __post_init__(self) -> None:
        """Check the names."""
        if not PART_NAME.fullmatch(self.given_name):
            raise ScaffoldError(
                f"'{self.given_name}' is not a valid name of a {self.kind.name}: use letters and digits joined by "
                f"single '-' or '_', starting with a letter, such as leaky-relu"
            )
        if not DISTRIBUTION_NAME.fullmatch(self.distribution):
            raise ScaffoldError(
                f"'{self.distribution}' is not a valid name of a distribution: use letters and digits joined by single "
                f"'-', '_' or '.', starting with a letter, such as minidl-{self.name}"
            )
        for word in (self.module, self.class_name, self.package):
            if keyword.iskeyword(word):
                raise ScaffoldError(f"'{word}' is a Python keyword: choose a longer name")
        if not (self.author and self.author.isprintable()):
            raise ScaffoldError(f"the author must be one line of text, not {self.author!r}")

    @property
    def name(self) -> str:
        """The name by which users refer to the part."""
        return self.given_name.lower()

    @property
    def module(self) -> str:
        """The module that defines the part."""
        return self.name.replace("-", "_")

    @property
    def class_name(self) -> str:
        """The name of the part's class: `leaky-relu` becomes `LeakyRelu`, `ReLU6` stays `ReLU6`."""
        return "".join(word[0].upper() + word[1:] for word in re.split("[-_]", self.given_name))

    @property
    def attribute(self) -> str:
        """The object that the entry point refers to: the class, or a command's function."""
        return "main" if self.kind.name == "command" else self.class_name

    @property
    def package(self) -> str:
        """The name of the distribution's package."""
        return re.sub("[-.]", "_", self.distribution.lower())

    @property
    def requirement(self) -> str:
        """The distribution's requirement: at least this minor version of minidl."""
        minor = re.match(r"\d+\.\d+", own_version())
        return f"minidl>={minor[0]}" if minor else "minidl"

    @property
    def use(self) -> str:
        """A command that uses the part."""
        return USES[self.kind.name].format(name=self.name)
