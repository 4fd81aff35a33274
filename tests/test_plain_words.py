"""Prose and names use the field's plain words: what reads quaintly has a plain word beside it, in the tables below."""

from __future__ import annotations

import re

import pytest

from tests.support.prose import Piece, docstrings, names, prose, words_of

PHRASES = {
    r"so many": "the given number of, at most N",
    r"must not cost": "must not abort",
    r"gravest": "most severe",
    r"makes? small": "minimizes",
    r"tells? (?:of|whether|how|why)": "whether, says, describes",
    r"told": "reported, described, distinguished",
    r"be it": "whether",
    r"go(?:es)? by": "relies on, follows",
    r"as (?:it|they) stands?": "unchanged, as written",
    r"how (?:it|they|each) stands?": "status",
    r"for lack of": "because … is missing",
    r"gives? back|gave back": "returns",
    r"c[ao]mes? of": "the result of",
    r"who brings|brings?|brought": "provides, declares, converts",
    r"one's own": "custom, your own",
    r"mend(?:s|ed|ing)?": "fix, hint",
    r"blam(?:e|es|ed|ing)": "attribute, name, locate",
    r"ow(?:e|es|ed)": "expected, deferred",
    r"bend(?:s|ing)?": "kink, probe",
    r"due(?! to)": "expected, deferred, target",
    r"judg(?:e|es|ed|ing)": "evaluate, compute metrics",
    r"settl(?:e|es|ed|ing)": "resolve, decide, sync",
    r"obstacles?": "incompatibility",
    r"hinder(?:s|ed|ing)?": "prevent",
    r"fast ways?": "optimizations",
    r"apart(?! from)": "separately, separate",
    r"anew": "again, from scratch",
    r"whether or not": "whether",
}
"""Phrases that no prose uses, with what to write."""

FIRST_WORDS = {"What": "say what it is", "Who": "Which distribution", "Tell": "Return whether, Describe"}
"""Words that no docstring begins with, with what to write."""

NAMES = {
    "told": "described, reported, notices",
    "tell": "describe",
    "blame": "error_location",
    "bend": "probe",
    "bench": "harness",
    "owe": "deferred, expected",
    "owed": "deferred, expected",
    "due": "deferred, expected, target",
    "mend": "hint",
    "settle": "resolve, sync",
    "settled": "resolved, synced",
    "apart": "split, separate",
    "joined": "merged, stacked",
    "together": "group",
    "alone": "single",
    "character": "key",
    "obstacle": "incompatibility",
    "claim": "candidate",
    "claims": "candidates, name_resolution, collisions",
    "causes": "diagnosis",
    "judged": "metrics",
    "gravest": "most_severe",
    "bring": "provide",
    "brings": "provides",
    "brought": "provided",
}
"""Words that no name has, with what to write. Functions of tests are sentences, for which the phrases hold."""

EXCEPTIONS = {
    ("character", "minidl_datasets/table/reading/dialect.py"): "of a text",
    ("character", "tests/support/screen.py"): "of a text",
    ("mend(?:s|ed|ing)?", "minidl_core/errors.py"): "the former name of a public argument, which keeps working",
    ("mend", "minidl_core/errors.py"): "the same",
    ("together", "minidl_core/training/result.py"): "a key of a result's JSON, and what hooks read",
    ("together", "minidl_core/training/run_state.py"): "the same",
    ("together", "minidl_core/training/fit.py"): "the same",
    ("together", "tests/minidl_commands/test_run.py"): "the same",
}
"""Files that use such a phrase or name, with the reason."""

THIS = "tests/test_plain_words.py"


def places(phrase: str, pieces: list[Piece]) -> list[str]:
    """Return where a phrase is used, also across the ends of lines."""
    pattern = re.compile(rf"\b(?:{phrase})\b".replace(" ", r"[\s#]+"), re.IGNORECASE)
    return [
        f"{piece.path}:{piece.line + piece.text.count(chr(10), 0, match.start())}: {match[0]}"
        for piece in pieces
        if piece.path != THIS
        for match in pattern.finditer(piece.text)
    ]


def beginnings(word: str) -> list[str]:
    """Return where a docstring begins with a word."""
    return [
        f"{piece.path}:{piece.line}: {piece.text.splitlines()[0]}"
        for piece in docstrings()
        if words_of(piece.text.split()[0]) == [word.lower()]
    ]


def uses(word: str) -> list[str]:
    """Return where a name has a word."""
    return [f"{path}:{line}: {name}" for path, line, name in names() if word in words_of(name)]


def unexpected(word: str, found: list[str]) -> list[str]:
    """Return the places in files that have no exception for a phrase or word."""
    return [place for place in found if (word, place.partition(":")[0]) not in EXCEPTIONS]


@pytest.mark.parametrize("phrase", PHRASES)
def test_no_prose_uses_a_quaint_phrase(phrase: str) -> None:
    assert unexpected(phrase, places(phrase, prose())) == [], f"write: {PHRASES[phrase]}"


@pytest.mark.parametrize("word", FIRST_WORDS)
def test_no_docstring_begins_with_an_inversion(word: str) -> None:
    assert unexpected(word, beginnings(word)) == [], f"write: {FIRST_WORDS[word]}"


@pytest.mark.parametrize("word", NAMES)
def test_no_name_has_a_word_that_is_not_the_fields(word: str) -> None:
    assert unexpected(word, uses(word)) == [], f"write: {NAMES[word]}"


def test_exceptions_are_needed() -> None:
    for word, path in EXCEPTIONS:
        found = uses(word) if word in NAMES else places(word, prose())
        assert [place for place in found if place.startswith(f"{path}:")], (word, path)


@pytest.mark.parametrize("text", ["of so\n    many samples", "# of so\n# many samples", "So many."])
def test_a_phrase_is_found_in_any_case_and_across_lines(text: str) -> None:
    assert len(places("so many", [Piece("a.py", 1, text)])) == 1


def test_other_words_are_not_mistaken_for_a_phrase() -> None:
    text = "due to a threshold, a residue recommends no amendment; apart from it, unbending ownership is blameless"
    assert [phrase for phrase in PHRASES if places(phrase, [Piece("a.md", 1, text)])] == []


def test_a_name_is_split_into_its_words() -> None:
    assert words_of("claims_of_HTTPServer2") == ["claims", "of", "http", "server"]
    assert words_of("residue") == ["residue"]
