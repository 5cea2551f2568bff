"""Parts of messages to users: counts, suggestions, values and keys as text."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 problem", "12 problems"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_SHOWN = 16  # known words that a message lists


def nearest(word: str, known: Iterable[str], former: Mapping[str, str] | None = None) -> str:
    """Suggestion, the end of a message on an unknown word: "; did you mean 'x'? (known: x, y, z)".

    `former` maps old names of known words to these: a slip in an old name suggests the new one.
    """
    known = [str(k) for k in known]
    lowered = {old.lower(): new for old, new in (former or {}).items()} | {k.lower(): k for k in known}
    close = difflib.get_close_matches(str(word).lower(), lowered, n=1, cutoff=0.6)
    hint = f"; did you mean '{lowered[close[0]]}'?" if close else ""
    shown = ", ".join(known[:_SHOWN]) + (", ..." if len(known) > _SHOWN else "")
    return f"{hint} (known: {shown})"


def shown(value: Any) -> str:
    """Returns the repr of a value in one line, cut at 60 characters; "nothing" for None."""
    try:
        text = "nothing" if value is None else repr(value)
    except Exception:  # a number of thousands of digits, data nested deep, a user's class
        text = f"a value of the type {type(value).__name__}"
    return cut(text.replace("\n", " "))


def cut(text: str) -> str:
    """The first 60 characters of a text."""
    return text if len(text) <= 60 else text[:57] + "..."


def printable(text: str) -> str:
    """A text in one line that a terminal only shows: control characters, such as terminal codes, are escaped."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(c if c.isprintable() else _escaped(c) for c in line)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


def key_path(parts: Iterable[str | int]) -> str:
    """A path into a document as text, such as `sampling.only.pairs[0].when`."""
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{cut(part)}" if text else cut(part)
    return text
