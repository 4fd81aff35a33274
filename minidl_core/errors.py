"""The exceptions and warnings that minidl raises.

MinidlError
├── InputError              invalid input from the user: exit status 2
│   ├── SpecError           a spec that does not parse, or whose arguments do not fit the part it names
│   ├── SettingError        a setting outside its range
│   ├── ConfigError         a configuration with an unknown or invalid entry
│   ├── UnknownNameError    a name that no installed part has
│   ├── ConflictError       a name that several distributions use
│   ├── BlockedError        a part that the user has blocked
│   ├── ShapeError          shapes that do not match
│   ├── DataError           data that cannot be read or trained on
│   ├── SavedModelError     a model file that cannot be written, read or restored
│   └── ScaffoldError       a new plugin that cannot be created under its name or at its path
├── RunError                a failure while running: exit status 1
│   ├── OrderError          a method called out of order, such as backward before forward
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
"""Maximum number of characters of an exception's message that is shown."""


def describe_exception(error: BaseException) -> str:
    """Return the type and message of any exception as text; an exception in its `__str__` is caught."""
    try:
        message = shortened(str(error), LONGEST_MESSAGE)
    except BaseException:  # noqa: BLE001 - it is a plugin's
        return f"{type(error).__name__}, whose message cannot be shown"
    return (f"{type(error).__name__}: {message}" if message else type(error).__name__) + import_hint(error)


class MinidlError(Exception):
    """Base class of all errors that minidl raises; the message is written for the user.

    Attributes:
        exit_status: the exit status of the command line.
        result: the result of training up to the error; None if training had not started.
    """

    exit_status = 1
    result: Any = None


class InputError(MinidlError):
    """The user's input is invalid."""

    exit_status = 2


AROUND = 100
"""Number of characters of a spec that a message shows on each side of an error."""


class SpecError(InputError):
    """A spec does not parse, or its arguments do not fit the part it names.

    With `text` and `position` (counted from 0), the message shows the text with a caret under the position.
    """

    def __init__(self, message: str, text: str | None = None, position: int | None = None) -> None:
        self.position = position
        if text is not None and position is not None:
            message = f"{message}\n{_marked(text, position)}"
        super().__init__(message)


def _marked(text: str, position: int) -> str:
    """Return a text on one line with a caret under a position; of a long text, only the part around the position."""
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    start = max(0, position - AROUND) if len(line) > 2 * AROUND else 0
    end = start + 2 * AROUND
    before, after = "…" * (start > 0), "…" * (end < len(line))
    return f"  {before}{line[start:end]}{after}\n  {' ' * (len(before) + position - start)}^"


class SettingError(InputError, ValueError):
    """A setting of a part is outside its range."""

    def __init__(self, component: str, setting: str, value: object, expected: str) -> None:
        super().__init__(f"{component}: {setting} must be {expected}, not {quoted(value)}")


class ConfigError(InputError):
    """A configuration has an unknown or invalid entry."""


class UnknownNameError(InputError, LookupError):
    """No installed part has this name."""


class ConflictError(InputError):
    """Several distributions use the same name."""


class BlockedError(InputError):
    """The user has blocked the part or its distribution."""


class ShapeError(InputError, ValueError):
    """Shapes do not match.

    A layer raises it with the `expected` shape and a `hint` how to fix it; the chain that builds the layer adds the
    position and the actual shape.
    """

    is_located = False

    def __init__(self, expected: str, hint: str = "", *, mend: str = "") -> None:
        self.expected = expected
        self.hint = hint = hint or mend  # `mend` is the former name of `hint`
        super().__init__(f"expects {expected}" + (f": {hint}" if hint else ""))

    @property
    def mend(self) -> str:
        """The former name of `hint`."""
        return self.hint

    def located(self, where: str, came: str) -> ShapeError:
        """Return the error with its location and the shape found there; a located error keeps its inner location."""
        error = ShapeError(self.expected, self.hint)
        error.is_located = True
        hint = f": {self.hint}" if self.hint else ""
        error.args = (
            f"in {where}, {self}" if self.is_located else f"{where} expects {self.expected}, but {came}{hint}",
        )
        return error


class DataError(InputError):
    """Data cannot be read, or cannot be trained on."""


class SavedModelError(InputError):
    """A model file cannot be written, read or restored."""


class ScaffoldError(InputError):
    """A new plugin cannot be created under its name or at its path."""


class RunError(MinidlError):
    """A failure while running."""


class OrderError(RunError, AttributeError):
    """A method was called out of order, such as `backward` before `forward`."""


class PluginError(RunError):
    """A plugin cannot be loaded, does not implement its interface, or fails."""


class PluginWarning(UserWarning):
    """An installed plugin is ignored because it is broken."""


class DataWarning(UserWarning):
    """The data can be trained on, but has a problem that the user should fix."""


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
