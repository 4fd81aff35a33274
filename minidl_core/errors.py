"""Every error that minidl raises on purpose.

MinidlError
├── InputError              what the user typed or gave: exit status 2
│   ├── SpecError           a specification that does not parse, or does not fit its component
│   ├── SettingError        a setting outside its range
│   ├── ConfigError         a run configuration with an unknown, ill-typed or senseless entry
│   ├── UnknownNameError    a name that nothing installed answers to
│   ├── ConflictError       a name that several distributions answer to
│   ├── BlockedError        a part that the user has blocked
│   ├── ShapeError          shapes that do not fit together
│   ├── DataError           data that cannot be read, or not honestly be trained on
│   ├── SavedModelError     a model file that cannot be written, read or restored
│   └── ScaffoldError       a plugin that cannot be started under that name, or there
├── RunError                what failed while running: exit status 1
│   ├── OrderError          a call out of order, such as backward before forward
│   ├── DivergenceError     a loss that became infinite or NaN
│   ├── PluginError         a plugin that cannot be loaded, breaks its interface or fails
│   └── HookError           a hook implementation that failed
└── TrainingInterrupted     Ctrl-C while training: exit status 130
"""

from __future__ import annotations

from typing import Any

from minidl_core.import_hint import import_hint
from minidl_core.quoting import quoted, shortened

LONGEST_MESSAGE = 2_000
"""Characters that are shown of a message of other code's."""


def describe_exception(error: BaseException) -> str:
    """Return an error that some other code raised in words, even if its own fail it."""
    try:
        message = shortened(str(error), LONGEST_MESSAGE)
    except BaseException:  # noqa: BLE001 - it is a plugin's
        return f"{type(error).__name__}, whose message cannot be shown"
    return (f"{type(error).__name__}: {message}" if message else type(error).__name__) + import_hint(error)


class MinidlError(Exception):
    """Base of all errors that minidl raises on purpose; its text is meant for the user.

    Attributes:
        exit_status: that of the command line.
        result: what training had reached when the error ended it; None where none had begun.
    """

    exit_status = 1
    result: Any = None


class InputError(MinidlError):
    """What the user typed or gave cannot be used."""

    exit_status = 2


AROUND = 100
"""Characters of a specification that a message shows before and after the place of an error."""


class SpecError(InputError):
    """A specification that does not parse, or whose arguments do not fit the component it names.

    With `text` and `position` (counted from 0), the message shows the place.
    """

    def __init__(self, message: str, text: str | None = None, position: int | None = None) -> None:
        self.position = position
        if text is not None and position is not None:
            message = f"{message}\n{_marked(text, position)}"
        super().__init__(message)


def _marked(text: str, position: int) -> str:
    """Return a text on one line, or what is near a place in it where it is long, with a caret under the place."""
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    start = max(0, position - AROUND) if len(line) > 2 * AROUND else 0
    end = start + 2 * AROUND
    before, after = "…" * (start > 0), "…" * (end < len(line))
    return f"  {before}{line[start:end]}{after}\n  {' ' * (len(before) + position - start)}^"


class SettingError(InputError, ValueError):
    """A component's setting is outside its range."""

    def __init__(self, component: str, setting: str, value: object, expected: str) -> None:
        super().__init__(f"{component}: {setting} must be {expected}, not {quoted(value)}")


class ConfigError(InputError):
    """A run configuration has an unknown, ill-typed or senseless entry."""


class UnknownNameError(InputError, LookupError):
    """Nothing installed answers to a name."""


class ConflictError(InputError):
    """Several distributions answer to one name."""


class BlockedError(InputError):
    """The user has blocked the part, or the distribution that brings it."""


class ShapeError(InputError, ValueError):
    """Shapes do not fit together.

    A layer raises it with what it `expected` and a `hint` how to fix it; the chain that builds the layer adds its place
    and what shape came.
    """

    is_located = False

    def __init__(self, expected: str, hint: str = "") -> None:
        self.expected = expected
        self.hint = hint
        super().__init__(f"expects {expected}" + (f": {hint}" if hint else ""))

    def located(self, where: str, came: str) -> ShapeError:
        """Return the same error with the place and what came there, or around a place that it has already."""
        error = ShapeError(self.expected, self.hint)
        error.is_located = True
        hint = f": {self.hint}" if self.hint else ""
        error.args = (
            f"in {where}, {self}" if self.is_located else f"{where} expects {self.expected}, but {came}{hint}",
        )
        return error


class DataError(InputError):
    """Data cannot be read, or not honestly be trained on."""


class SavedModelError(InputError):
    """A model file cannot be written, read or restored."""


class ScaffoldError(InputError):
    """A plugin cannot be started under that name, or in that place."""


class RunError(MinidlError):
    """Something failed while running."""


class OrderError(RunError, AttributeError):
    """A method was called before the one that prepares for it."""


class PluginError(RunError):
    """A plugin cannot be loaded, or what it holds is not of its kind, or fails."""


class RunWarning(UserWarning):
    """Training goes another way than is usual, to the same end."""


class PluginWarning(UserWarning):
    """An installed plugin was left out, for it is broken."""


class DataWarning(UserWarning):
    """Something about the data that the user should act on, though it can be trained on."""


class DivergenceError(RunError):
    """The loss became infinite or NaN."""


class HookError(RunError):
    """A hook implementation failed."""


class TrainingInterrupted(MinidlError, KeyboardInterrupt):  # noqa: N818 - an interruption is not an error
    """Training was interrupted by Ctrl-C."""

    exit_status = 130

    def __init__(self, result: Any) -> None:
        self.result = result
        super().__init__("interrupted")
