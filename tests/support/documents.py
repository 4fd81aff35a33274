"""Documents in Markdown, as the steps of a reader who tries all that they say."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)

NAMED_FILE = re.compile(r"`([\w./-]+\.\w+)`:$")
"""How a paragraph ends that tells the reader to write the block after it to a file."""

COMMAND = re.compile(r"([A-Z_]+=\S+ )+minidl .+|(minidl \S+|python|pip|pre-commit) .+")
"""Code in a paragraph that is a command line; `minidl run` alone is a name."""

FORM = re.compile(r"(?<![\w=-])[A-Z]+(?![\w=-])|…|⇥")
"""What makes a command line a form of many: a word in capitals, to be replaced."""

TO_READ = {"mermaid", "text"}
"""What blocks hold that the reader does nothing with."""


@dataclass(frozen=True)
class File:
    """A file to write."""

    line: int
    path: str
    text: str


@dataclass(frozen=True)
class Script:
    """Bash to run without an error, and what the document shows of its stdout, if it does."""

    line: int
    source: str
    printed: str = ""


@dataclass(frozen=True)
class Session:
    """A command with all that it prints, errors included."""

    line: int
    command: str
    printed: str


Step = File | Script | Session


def steps(text: str, not_run: Collection[str] = ()) -> list[Step]:
    """Return what a document tells its reader to do, in order.

    - A block after a paragraph that ends in a file's name and a colon is the text of that file.
    - Any other block of Python is a program, and a block of bash is to be run, without the lines that are not to be.
    - A block of text that begins with `$ ` shows commands with all that they print, one after another. Another one that
      comes after something to be run, with no heading in between, shows what that prints.
    - Command lines in paragraphs are run once, unless a block has them.

    Raises:
        ValueError: a block is none of these.
    """
    found: list[Step] = []
    known = {*not_run, *block_commands(text)}
    end = 0
    for block in BLOCK.finditer(text):
        prose = text[end : block.start()]
        found += _of_prose(prose, text.count("\n", 0, end) + 1, known)
        paragraph = prose.rstrip().rpartition("\n\n")[2].replace("\n", " ")
        made = list(_of_block(text.count("\n", 0, block.start()) + 1, block[1], block[2], paragraph, not_run))
        if not made and block[1] == "text" and found and isinstance(found[-1], Script) and "\n#" not in prose:
            found[-1] = replace(found[-1], printed=block[2])
        found += made
        end = block.end()
    return [*found, *_of_prose(text[end:], text.count("\n", 0, end) + 1, known)]


def block_commands(text: str) -> list[str]:
    """Return the lines of all blocks of bash, without comments, and the commands that blocks of text show."""
    blocks = [(block[1], block[2].splitlines()) for block in BLOCK.finditer(text)]
    shown = [line[2:] for language, lines in blocks if language == "text" for line in lines if line.startswith("$ ")]
    return shown + [_bare(line) for language, lines in blocks if language == "bash" for line in lines]


def prose_commands(text: str) -> list[str]:
    """Return the command lines in a text outside of blocks."""
    spans = (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", BLOCK.sub("", text)))
    return [span for span in spans if COMMAND.fullmatch(span) and not FORM.search(span)]


def _of_prose(prose: str, line: int, known: set[str]) -> Iterator[Step]:
    """Yield the commands in paragraphs that are not known, and make them known."""
    for command in prose_commands(prose):
        if command not in known:
            known.add(command)
            yield Script(line, command)


def _of_block(line: int, language: str, text: str, paragraph: str, not_run: Collection[str]) -> Iterator[Step]:
    """Yield the steps of a block; nothing for one that is to be read."""
    if file := NAMED_FILE.search(paragraph):
        yield File(line, file[1], text)
    elif language == "bash":
        kept = [one for one in text.splitlines() if _bare(one) not in not_run]
        yield Script(line, "\n".join(kept))
    elif language == "python":
        yield Script(line, f"python - <<'END OF PROGRAM'\n{text}\nEND OF PROGRAM")
    elif text.startswith("$ "):
        for session in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, printed = session.partition("\n")
            yield Session(line, command, printed.rstrip("\n"))
    elif language not in TO_READ:
        raise ValueError(f"line {line}: {language or 'a block without language'}, and no file's name before it")


def _bare(line: str) -> str:
    return re.sub(r"(^|\s+)#.*", "", line).strip()
