"""Shows the formulas, shapes and examples of docstrings as they are written, on lines of their own."""

from __future__ import annotations

import re
from typing import Any

import griffe

BLOCK = re.compile(r"^\w+: {2,}\S.*(?:\n(?:\w+: {2,}| +)\S.*)*", re.MULTILINE)
"""Lines such as `Forward:   y = max(x, 0)`, whose columns are aligned."""

EXAMPLE = re.compile(r"^(Example: )(minidl .+)$", re.MULTILINE)

FENCE_OR_CODE_OR_STAR = re.compile(r"^```[\s\S]*?^```$|^ .*$|`[^`]*`|\*", re.MULTILINE)
"""Stars outside code, such as that of `y*`; what is indented may be code."""


def formulas_as_code(docstring: str) -> str:
    """Return a docstring in Markdown: aligned lines and examples as code, other stars as stars."""
    fenced = EXAMPLE.sub(r"\1`\2`", BLOCK.sub("```text\n\\g<0>\n```", docstring))
    return FENCE_OR_CODE_OR_STAR.sub(lambda match: r"\*" if match[0] == "*" else match[0], fenced)


class Formulas(griffe.Extension):
    """Rewrites the docstrings of classes."""

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        """Rewrite the docstring of a class."""
        if cls.docstring:
            cls.docstring.value = formulas_as_code(cls.docstring.value)
