"""The text that a terminal shows of its output."""

from __future__ import annotations

import re

TOKEN = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|\r|\n|[^\x1b\r\n]")


class Screen:
    """A terminal of a width, as tall as need be: it moves the cursor, erases lines, and wraps what is too long."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.rows: list[list[str]] = [[]]
        self.row = self.column = 0

    def write(self, text: str) -> None:
        """Show text, with its control sequences."""
        for token in TOKEN.finditer(text):
            self._act(token[0], token[1], token[2])

    @property
    def lines(self) -> list[str]:
        """The lines that are not empty."""
        return [line for row in self.rows if (line := "".join(row).rstrip())]

    def _act(self, token: str, numbers: str | None, letter: str | None) -> None:
        count = int(numbers) if numbers and numbers.isdecimal() else 1
        if letter == "A":
            self.row = max(self.row - count, 0)
        elif letter == "K":
            self.rows[self.row] = []
        elif token == "\r":
            self.column = 0
        elif token == "\n":
            self._next_row()
        elif letter is None:
            self._put(token)

    def _put(self, character: str) -> None:
        if self.column == self.width:
            self._next_row()
        row = self.rows[self.row]
        row += " " * (self.column + 1 - len(row))
        row[self.column] = character
        self.column += 1

    def _next_row(self) -> None:
        self.row, self.column = self.row + 1, 0
        if self.row == len(self.rows):
            self.rows.append([])
