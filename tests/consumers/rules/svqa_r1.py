"""SVQA-R1 (arXiv 2506.01371): what its two groups of responses are paid. Its authors have published no code.

The reward is as descriptions of the paper have it: half for the format, half for the similarity of answers, of which
good ones (above one half) in the better group lose the difference of the groups' means. Messages are those of the Hub's
remyxai/vqasynth_spacellava, on which it is trained.
"""

import re
from collections.abc import Callable
from itertools import repeat

KEYS = ("index", "text", "type")
"""Keys of a part of a message; `index` is that of an image, and `text` is that of a text, and the others are null."""

WELL_FORMED = re.compile(r"<think>.*</think>\s*<answer>(.*)</answer>", re.DOTALL)


def turns(messages: list[dict], images: list) -> list[tuple[str, list]]:
    """Who says what: roles with texts and images in their order. Every image is referred to once, in its order."""
    said, referred = [], []
    for message in messages:
        parts = []
        for part in message["content"]:
            assert tuple(part) == KEYS
            if part["type"] == "image":
                assert part["text"] is None
                referred.append(part["index"])
                parts.append(images[part["index"]])
            else:
                assert part["type"] == "text"
                assert part["index"] is None
                parts.append(part["text"])
        said.append((message["role"], parts))
    assert referred == [*range(len(images))]
    return said


def rewards(groups: list[list[str]], right: list[str], alike: Callable[[str, str], float]) -> list[list[float]]:
    """The rewards of two groups of responses; `alike` is the similarity of two answers."""
    formats, similar = [], []
    for responses, answer in zip(groups, right, strict=True):
        found = [WELL_FORMED.fullmatch(response) for response in responses]
        formats.append([float(match is not None) for match in found])
        similar.append([alike(match[1], answer) if match else 0.0 for match in found])
    means = [sum(own) / len(own) for own in similar]
    delta = means[0] - means[1]
    for group, is_better in zip(similar, (delta > 0, delta < 0), strict=True):
        for k, value in enumerate(group):
            if is_better and value > 0.5:
                group[k] = value - 1.0 * abs(delta)
    return [
        [0.5 * form + 0.5 * own for form, own in zip(*pair, strict=True)] for pair in zip(formats, similar, strict=True)
    ]


def exact(answer: str, right: str) -> float:
    """A similarity that is 1 for the same text."""
    return float(answer == right)


def best(count: int) -> list[list[float]]:
    """The rewards of two groups of right responses."""
    return [[*repeat(1.0, count)] for _ in range(2)]
