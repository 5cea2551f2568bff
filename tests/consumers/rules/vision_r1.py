"""What Vision-R1's hard reward pays: HFRRF of arXiv 2503.06749. Osilly/Vision-R1 at c061681 has no code for it."""

import re


def paid(response: str, right: set[str]) -> float:
    """1 if the response is a thought and an answer, and the answer is one of those that are right; else 0."""
    found = re.fullmatch(r"\s*<think>.*?</think>\s*<answer>(.*?)</answer>\s*", response, re.DOTALL)
    return float(bool(found) and found[1].strip() in right)
