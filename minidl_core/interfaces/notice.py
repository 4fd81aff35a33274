"""What a dataset decided on its own, for people to read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """A decision about the data that could surprise; `str` gives it as a line for people.

    Args:
        message: a sentence without a full stop, such as `column 'unit' is constant and gives no input`.
        warning: whether the user should act on it.
    """

    message: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{'Warning' if self.warning else 'Note'}: {self.message}"
