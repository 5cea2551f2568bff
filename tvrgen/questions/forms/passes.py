"""Passes over the text of an answer that remove marks around its changes, each a function from text to text."""

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence

from tvrgen.questions.forms.special_tokens import without_special_tokens

Pass = Callable[[str], str]


def run(text: str, passes: Sequence[Pass]) -> str:
    """The text after all passes, in their order."""
    for rewrite in passes:
        text = rewrite(text)
    return text


def _with_plain_characters(text: str) -> str:
    """Full-width letters, ligatures and the like as ASCII; all dashes as "-"; no zero-width characters."""
    if text.isascii():
        return text
    marks, long = set(), {}
    for c in set(text):
        plain = unicodedata.normalize("NFKD", c)
        if unicodedata.combining(plain[0]):
            marks.add(c)
        if len(plain) > _LONGEST_CHARACTER:
            long[ord(c)] = "\ufffd"
    if long:
        text = text.translate(long)
    if marks:
        text = _with_few(marks, text)
    return unicodedata.normalize("NFKC", text).translate(_DASHES)


_LONGEST_CHARACTER = 4
"""Most characters that stand for one in its plain form, so that a text grows little; some would stand for 18."""


def _with_few(marks: Collection[str], text: str) -> str:
    """A text without the marks beyond 30 in a row, which is the limit of Unicode's stream-safe text.

    Normalisation sorts the marks of a row, in quadratic time.
    """
    kept, row = [], 0
    for c in text:
        row = row + 1 if c in marks else 0
        if row <= 30:
            kept.append(c)
    return "".join(kept)


def _in_lower_case(text: str) -> str:
    return text.lower().strip()


def _without_code_fence(text: str) -> str:
    return _FENCE.sub("", text) if "`" in text else text


def _without_latex(text: str) -> str:
    """Without \\boxed, \\text{...}, backslashes and dollars."""
    return _LATEX.sub("", _LATEX_TEXT.sub(r"\1", text)).strip() if "\\" in text or "$" in text else text


def _without_table(text: str) -> str:
    """The rows of a Markdown table, without its head and its outer bars."""
    return _BARS.sub("", _TABLE_HEAD.sub("", text)) if text.startswith("|") else text


def _without_announcement(text: str) -> str:
    """Without an announcement such as "the final answer is:" at the start."""
    return _ANNOUNCEMENT.sub("", text).strip()


def _without_quotes(text: str) -> str:
    """Without quotation marks, and without the asterisks of bold text."""
    return text.translate(_QUOTES)


def _without_bullets_before_changes(text: str) -> str:
    """Without bullets and numbers of a list, where a change follows: "1. 2.color.cyan", but not "1.color.cyan"."""
    return _BULLET.sub("", text)


def _without_bullets(text: str) -> str:
    return _ANY_BULLET.sub("", text)


MARKUP = (
    without_special_tokens,
    _with_plain_characters,
    _in_lower_case,
    _without_code_fence,
    _without_latex,
    _without_table,
    _without_announcement,
)
"""Passes over every answer, in this order."""
INDEXED = (_without_quotes, _without_bullets_before_changes)
"""Passes over the text of answers that name objects by indices, in this order."""
DESCRIBED = (_without_quotes, _without_bullets)
"""Passes over the text of answers that name objects by their looks, in this order."""

_DASHES = {ord(c): "-" for c in "\u2010\u2011\u2012\u2013\u2014\u2212"} | {ord(c): None for c in "\u200b\ufeff"}
_FENCE = re.compile(r"^```[a-z]*\s|```$")
_LATEX_TEXT = re.compile(r"\\(?:text|mathrm|mathbf|mathtt|textbf|texttt|textit|textrm|emph)\s*\{([^{}]*)\}")
_LATEX = re.compile(r"\\boxed\b|\\|[$]")
_COLUMN = r"(?:object(?:s|_id|_index)?|obj|index|id|attribute|kind|property|change|(?:new[ _])?value|to|after)"
"""A word of a table's head: "object id" is two of them, so that every text is read in one way."""
_TABLE_HEAD = re.compile(rf"\A[| \t]*(?:{_COLUMN}[| \t]+)+\n[|: \t]*-[-|: \t]*(?=\n|\Z)")
_BARS = re.compile(r"^[ \t]*\||\|[ \t]*$", re.MULTILINE)
_ANNOUNCEMENT = re.compile(
    r"^(?:so\s+)?(?:the\s+)?(?:final\s+|correct\s+)?(?:answers?|changes?)(?:\s+(?:is|are)(?:\s*:\s*|\s+)|\s*:\s*)"
)
_QUOTES = str.maketrans("", "", "\"'`*")

_LISTED = r"(?=[\[(]?(?:\#|object|obj)?\s*[0-9]|new\s*[.:]|(?:change_)?[^\W\d]\w*\s?\()"
_BULLET = re.compile(rf"^[ \t]*(?:[-•]|\(?[0-9]{{1,3}}[.)])[ \t]+(?![ \t]){_LISTED}", re.MULTILINE)
_ANY_BULLET = re.compile(r"^[ \t]*(?:[-•]|\(?[0-9]{1,3}[.)])[ \t]+", re.MULTILINE)
