"""The reason why a step cannot be replayed."""

from __future__ import annotations


class Unreplayable(Exception):  # noqa: N818 - a finding: such a step is taken in Python
    """A step that must be taken in Python, because replaying its recording would give other results.

    The message is one sentence, such as `counter at position 2, line 23 of my_layers.py, reads the clock`.

    Attributes:
        part: the name of the part that prevents replaying; empty if it is not known.
        place: the line that prevents it, such as `line 23 of my_layers.py`; empty if it is not known.
        reason: why, as the rest of a sentence that begins with the part.

    Args:
        reason: why.
        part: the name of the part.
        place: the line.
    """

    def __init__(self, reason: str, *, part: str = "", place: str = "") -> None:
        self.reason, self.part, self.place = reason, part, place
        super().__init__(f"{part or 'the step'}{f', {place},' if place else ''} {reason}")
