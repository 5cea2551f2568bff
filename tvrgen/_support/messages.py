"""Words for what is told to users."""

import difflib
from collections.abc import Iterable


def counted(number: int, noun: str) -> str:
    """ "1 problem", "12 problems"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_SHOWN = 16


def nearest(word: str, known: Iterable[str]) -> str:
    """ "; did you mean 'x'? (x, y, z)" for an unknown word."""
    known = [str(k) for k in known]
    lowered = {k.lower(): k for k in known}
    close = difflib.get_close_matches(str(word).lower(), lowered, n=1, cutoff=0.6)
    hint = f"; did you mean '{lowered[close[0]]}'?" if close else ""
    shown = ", ".join(known[:_SHOWN]) + (", ..." if len(known) > _SHOWN else "")
    return f"{hint} (known: {shown})"
