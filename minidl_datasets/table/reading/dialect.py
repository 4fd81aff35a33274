"""How a table writes its values: the separator, the format of numbers, and the texts for missing values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from minidl_core import SettingError

MISSING_TEXTS = ("NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "null", "NULL", "None", "?")
"""The texts that mark a missing value by default."""

CHARACTER_WORDS = {"tab": "\t", "\\t": "\t", "space": " "}
"""Words for characters that are hard to write in a setting."""

EQUIVALENT_SIGNS = {"'": "'’", " ": " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"}
"""Characters that also separate thousands if the key does."""


@dataclass(frozen=True)
class Dialect:
    """How a table writes values in texts; numbers of Parquet, NDJSON and data frames are not affected.

    separator: the character between the values of CSV and TSV; None is a comma or a tab, by the ending of the file.
    decimal: the decimal sign of a number.
    thousands: the characters that may separate thousands; none if empty.
    missing_values: the texts that mark a missing value, besides an empty text.
    """

    separator: str | None = None
    decimal: str = "."
    thousands: str = ""
    missing_values: tuple[str, ...] = MISSING_TEXTS

    @classmethod
    def of(cls, separator: str | None, decimal: str, thousands: str, missing_values: str) -> Dialect:
        """Return the dialect from the settings of a table.

        Raises:
            SettingError: a setting is not one of the allowed characters.
        """
        written = separator
        separator = CHARACTER_WORDS.get(separator or "", separator)
        if separator is not None and (len(separator) != 1 or not separator.isascii() or separator in '"\r\n'):
            raise SettingError("table", "separator", written, "one character, such as ; or tab")
        if decimal not in {".", ","}:
            raise SettingError("table", "decimal", decimal, 'a point or a comma (as decimal=",")')
        sign = CHARACTER_WORDS.get(thousands, thousands)
        if len(sign) > 1 or sign.isalnum() or sign in {"+", "-", '"', decimal} - {""}:
            raise SettingError(
                "table", "thousands", thousands, "one character other than the decimal sign, such as ' or space"
            )
        texts = tuple(text.strip() for text in missing_values.split("+") if text.strip())
        return cls(separator, decimal, EQUIVALENT_SIGNS.get(sign, sign), texts)

    def to_json(self) -> dict[str, Any]:
        """Return the dialect as plain JSON values."""
        return {**asdict(self), "missing_values": list(self.missing_values)}
