"""A distribution to be made: its part, and the names that follow from the part's."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass

from minidl_core.errors import ScaffoldError
from minidl_core.registry import Kind
from minidl_core.version import own_version

PART_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*([-_][A-Za-z0-9]+)*")
DISTRIBUTION_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*([-_.][A-Za-z0-9]+)*")

USES = {
    "layer": "minidl run --layers linear:25,{name},linear:2",
    "loss": "minidl run --loss {name}",
    "optimizer": "minidl run --optimizer {name}",
    "dataset": "minidl run --data {name}",
    "metric": "minidl run --metrics {name}",
    "hook": "minidl run",
    "command": "minidl {name}",
}
"""How a part of each kind is used on the command line."""


@dataclass(frozen=True)
class PluginProject:
    """A distribution with one part.

    Args:
        kind: what the part is.
        given_name: the part's name, as the user wrote it.
        distribution: the name of the distribution and of its folder.
        author: who holds the copyright.

    Raises:
        ScaffoldError: a name is not legal, or would not be in Python.
    """

    kind: Kind
    given_name: str
    distribution: str
    author: str

    def __post_init__(self) -> None:
        """Check the names."""
        if not PART_NAME.fullmatch(self.given_name):
            raise ScaffoldError(
                f"'{self.given_name}' cannot name a {self.kind.name}: a name is letters and digits, joined by single "
                f"'-' or '_', and starts with a letter (leaky-relu, say)"
            )
        if not DISTRIBUTION_NAME.fullmatch(self.distribution):
            raise ScaffoldError(
                f"'{self.distribution}' cannot name a distribution: such a name is letters and digits, joined by "
                f"single '-', '_' or '.', and starts with a letter (minidl-{self.name}, say)"
            )
        for word in (self.module, self.class_name, self.package):
            if keyword.iskeyword(word):
                raise ScaffoldError(f"'{word}' is a word of Python itself, which nothing can be named: add to the name")
        if not (self.author and self.author.isprintable()):
            raise ScaffoldError(f"the author must be given in one line of text, not as {self.author!r}")

    @property
    def name(self) -> str:
        """The name under which the part is found."""
        return self.given_name.lower()

    @property
    def module(self) -> str:
        """The module that holds the part."""
        return self.name.replace("-", "_")

    @property
    def class_name(self) -> str:
        """The part's class: `leaky-relu` is `LeakyRelu`, and `ReLU6` remains so."""
        return "".join(word[0].upper() + word[1:] for word in re.split("[-_]", self.given_name))

    @property
    def attribute(self) -> str:
        """What the entry point names in the module: the class, or the function of a command."""
        return "main" if self.kind.name == "command" else self.class_name

    @property
    def package(self) -> str:
        """The package that the distribution installs."""
        return re.sub("[-.]", "_", self.distribution.lower())

    @property
    def requirement(self) -> str:
        """The minidl that the distribution needs: this one's minor version, or a later one."""
        minor = re.match(r"\d+\.\d+", own_version())
        return f"minidl>={minor[0]}" if minor else "minidl"

    @property
    def use(self) -> str:
        """A command line that uses the part."""
        return USES[self.kind.name].format(name=self.name)
