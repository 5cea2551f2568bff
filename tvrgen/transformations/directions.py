"""Names of directions in answers: "left front" is front_left. Needs the standard library alone."""

import re

TOWARDS = r"(?:front|forwards?|behind|backwards?|back|rear|left|right)"
"""Regular expression for one word of a direction in lower case."""

_ONE_WORD = re.compile(r"^(front|behind|back)(left|right)$")
_SPELLED = dict.fromkeys(("forward", "forwards"), "front")
_SPELLED |= dict.fromkeys(("back", "backward", "backwards", "rear"), "behind")


def normal(words: list[str]) -> list[str]:
    """The words with one name for each direction: "front left" for "left forward" and for "frontleft"."""
    parts = [part for word in words for part in _ONE_WORD.sub(r"\1 \2", word).split(" ")]
    parts = [_SPELLED.get(part, part) for part in parts]
    if parts[0] in ("left", "right") and parts[1:2] in (["front"], ["behind"]):
        parts[:2] = parts[1::-1]
    return parts
