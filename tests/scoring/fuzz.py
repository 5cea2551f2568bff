"""Fuzzing of the scorer, guided by the code it reaches: `make fuzz` (atheris, in an environment of its own).

Any bytes are a response: they have a score within its bounds, soon, and no exception.
"""

import sys
import time

import atheris

with atheris.instrument_imports():
    from tvrgen.questions.forms import changes_reader
    from tvrgen.scoring import star_r1

TRUTH = {
    "changes": [
        {"index": 2, "attribute": "color", "value": "cyan"},
        {"index": 0, "attribute": "position", "value": "front.1", "accepted": ["front.1", "front_left.2"]},
    ],
    "looks": [
        ["large", "red", "metal", "cube"],
        ["small", "gray", "rubber", "cube"],
        ["small", "gray", "glass", "ball"],
    ],
}


def one(data: bytes) -> None:
    text = data.decode("utf-8", errors="surrogateescape")
    start = time.monotonic()
    changes_reader.parse_answer(text, TRUTH["looks"])
    for response in (text, f"<think></think><answer>{text}</answer>"):
        found = star_r1.star_r1_reward(response, TRUTH)
        assert found.total <= found.best
        assert 0 <= found.share <= 1
    assert time.monotonic() - start < 5


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
