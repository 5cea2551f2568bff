"""What a model could say to a question: all that is right, and what is wrong in every part."""

FULL = 11.0
"""STAR-R1's reward of a right response to the tests' problems, of two changes each."""

NONE = 1.0 - 2.0
"""That of a wrong one: well formed, two wrong predictions."""


def right(question: dict) -> str:
    return f"<think>I compared all objects.</think><answer>{question['answer']}</answer>"


def wrong(question: dict) -> str:
    others = [k for k in range(20) if k not in {change["index"] for change in question["changes"]}]
    said = ", ".join(f"{k}.color.purple" for k in others[: len(question["changes"])])
    return f"<think>I guessed.</think><answer>{said}</answer>"
