"""Arguments of specifications bound to constructors."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, get_type_hints

from minidl_core.assembly.part_names import of_distribution
from minidl_core.coercion import choices, coerce, describe_annotation
from minidl_core.errors import PluginError, SettingError, describe_exception
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.module import Module
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import converting_errors
from minidl_core.spec import Argument, ComponentSpec, Pipeline
from minidl_core.suggestions import did_you_mean

Assemble = Callable[[Pipeline], Sequential]


def bind(part: type[Component], spec: ComponentSpec, assemble: Assemble | None = None) -> Component:
    """Return an instance of a component's class, created with the arguments of its specification.

    Values are converted to the types of the constructor's annotations. `assemble` creates a chain from a pipeline in
    parentheses, which is passed as the argument that is annotated `Sequential` or `Module`.

    Raises:
        SpecError: an argument is unknown, missing, given twice, of the wrong type or out of range; the message
            points at the argument.
        PluginError: the constructor failed otherwise.
    """
    settings = _Settings(part, spec)
    for argument in spec.arguments:
        settings.add(argument)
    if spec.body is not None:
        settings.add_body(assemble)
    return settings.construct()


def annotations_of(part: type[Component]) -> dict[str, Any]:
    """Return the annotations of a component's constructor, by argument.

    Raises:
        PluginError: they cannot be read.
    """
    try:
        return _type_hints(part.__init__)
    except Exception as error:
        raise PluginError(
            f"the annotations of {part.__module__}.{part.__qualname__} cannot be read: {error}; import "
            "the annotated types at run time too, not under TYPE_CHECKING"
        ) from error


def parameters_of(part: type[Component]) -> Mapping[str, inspect.Parameter]:
    """Return the arguments of a component's constructor, by name.

    Raises:
        PluginError: they cannot be read.
    """
    try:
        return part.signature().parameters
    except Exception as error:
        raise PluginError(
            f"the settings of {part.__module__}.{part.__qualname__} cannot be read: {describe_exception(error)}"
        ) from error


@cache
def _type_hints(constructor: Callable[..., None]) -> dict[str, Any]:
    return get_type_hints(constructor)


class _Settings:
    """The arguments of a constructor, added one by one."""

    def __init__(self, part: type[Component], spec: ComponentSpec) -> None:
        self.part = part
        self.spec = spec
        self.values: dict[str, Any] = {}
        self.parameters = {
            name: parameter
            for name, parameter in parameters_of(part).items()
            if parameter.kind not in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}
        }
        self.annotations = annotations_of(part)

    def add(self, argument: Argument) -> None:
        name = self._keyword(argument) if argument.key is not None else self._next(argument)
        if name in self.values:
            raise self.spec.error(f"{self.spec.name}: {name} is given twice{self._in_one()}", argument.position)
        try:
            self.values[name] = coerce(argument.value, self.annotations.get(name, str))
        except ValueError as error:
            raise self.spec.error(f"{self.spec.name}: {name} must be {error}", argument.position) from None

    def add_body(self, assemble: Assemble | None) -> None:
        name = next((name for name in self.parameters if self._takes_body(name)), None)
        if name is None or assemble is None or self.spec.body is None:
            raise self.spec.error(f"{self.spec.name} takes no layers in parentheses: drop them")
        self.values[name] = assemble(self.spec.body)

    def construct(self) -> Component:
        missing = [name for name, p in self.parameters.items() if p.default is p.empty and name not in self.values]
        if missing:
            name = missing[0]
            raise self.spec.error(f"{self.spec.name} needs {self._described(name)}: {self._example(name)}")
        try:
            with converting_errors(self._constructor_failed):
                return self.part(**self.values)
        except SettingError as error:
            raise self.spec.error(str(error)) from None

    def _constructor_failed(self, error: BaseException) -> PluginError:
        who = f"{self.spec.name}{of_distribution(self.part)}"
        return PluginError(f"{who} could not be created from '{self.spec}': {describe_exception(error)}")

    def _in_one(self) -> str:
        """Return the advice to quote a value with colons, if there are several values without a name."""
        unnamed = [argument.value for argument in self.spec.arguments if argument.key is None]
        whole = Argument(":".join(unnamed))
        return f": if this is a single value, quote it: {whole}" if len(unnamed) > 1 else ""

    def _keyword(self, argument: Argument) -> str:
        name = (argument.key or "").replace("-", "_")
        if name not in self.parameters or self._takes_body(name):
            known = [known for known in self.parameters if not self._takes_body(known)]
            raise self.spec.error(
                f"{self.spec.name} has no argument '{argument.key}': {did_you_mean(name, known)}", argument.position
            )
        return name

    def _next(self, argument: Argument) -> str:
        free = [
            name
            for name, parameter in self.parameters.items()
            if parameter.kind is not parameter.KEYWORD_ONLY and not self._takes_body(name) and name not in self.values
        ]
        if not free:
            known = ", ".join(map(self._described, self.parameters)) or "none"
            raise self.spec.error(
                f"{self.spec.name} takes no value '{argument.value}': its arguments are {known}",
                argument.position,
            )
        return free[0]

    def _takes_body(self, name: str) -> bool:
        annotation = self.annotations.get(name)
        return isinstance(annotation, type) and issubclass(annotation, Module)

    def _described(self, name: str) -> str:
        what = (
            "layers in parentheses" if self._takes_body(name) else describe_annotation(self.annotations.get(name, str))
        )
        return f"{name} ({what})"

    def _example(self, name: str) -> str:
        if self._takes_body(name):
            return f"for example {self.spec}(linear:25,relu)"
        annotation = self.annotations.get(name, str)
        value = next(iter(choices(annotation)), {int: "25", float: "0.1"}.get(annotation, "…"))
        return f"for example {self.spec}:{name}={value}"
