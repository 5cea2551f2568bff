"""Reading of values from the text of answers, which is in lower case. Needs the standard library alone.

Every function returns a value and the position of the character behind it, or None. No pattern reads one text in two
ways, so that the time grows no faster than the length of the text.
"""

import re

Read = tuple[str, int] | None
"""A value, and the position of the character behind it; None where there is none."""

_OLD = r"(?!(?:not|no|never|may|might|maybe|perhaps|possibly|probably|likely|unsure|unclear)\b|any)[\w+-]+"
_FROM = re.compile(
    rf"(?:(?:has\s+)?(?:changed|changes)\s+)?(?:from\s+{_OLD}\s+to\s+|{_OLD}\s*(?:[-=]>|→)\s*|to\s+)(?=[\w+-])"
)
_WORD = re.compile(r"[\w+-]+(?:\.[\w+-]+)*")


def word(text: str, at: int) -> Read:
    """The word that begins at a character; several if dots join them."""
    found = _WORD.match(text, at)
    return (found[0], found.end()) if found else None


def new_word(text: str, at: int) -> Read:
    """The word that begins at a character; of "from red to cyan" and "red -> cyan", the second."""
    change = _FROM.match(text, at)
    return word(text, change.end() if change else at)
