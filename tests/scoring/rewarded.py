"""A truth of two changes, and what answers to it earn."""

from tvrgen.scoring import Options, star_r1_reward

TRUTH = [
    {"index": 2, "attribute": "color", "value": "cyan", "accepted": ["cyan"]},
    {"index": 4, "attribute": "position", "value": "front.1", "accepted": ["front.1", "front.2"]},
]


def tagged(answer: str) -> str:
    return f"<think>so</think><answer>{answer}</answer>"


def accuracy(answer: str, truth=TRUTH, **options) -> float:
    return star_r1_reward(tagged(answer), truth, Options(**options)).accuracy
