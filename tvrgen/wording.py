"""Words for what is told to users."""


def counted(number: int, noun: str) -> str:
    """ "1 problem", "12 problems"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
