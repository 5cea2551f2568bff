"""Lengths of an export's prompts and responses in tokens, which the commands of its README set.

They are upper limits, so that nothing is cut: of the largest images and the longest texts of the splits that were
exported, for Qwen2-VL and Qwen2.5-VL. These models take a token for each 28 x 28 pixels of an image whose sides have
been rounded to multiples of 28 (https://arxiv.org/abs/2409.12191, section 2.1).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tvrgen._support.json_lines import Record

PIXELS = (4 * 28 * 28, 16384 * 28 * 28)
"""The fewest and the most pixels of an image that Qwen2.5-VL is given, if its processor is not told otherwise."""

RESPONSE = 2048
"""Tokens of a response that a model may write while it is trained: room for a thought and an answer."""

_SIDE = 28  # pixels
_BYTES = 3  # UTF-8 bytes of text for each token, at least: 3.5 were measured in shipped prompts, 4.1 in rationales
_AROUND = 64  # tokens that a chat template puts around a message of a few images, at most
_ROUND = 256  # limits are multiples of it


@dataclass(frozen=True, slots=True)
class Lengths:
    """Tokens: of all `images` of a question, of its whole `prompt` with them, and of prompt and response, `whole`."""

    images: int
    prompt: int
    whole: int


def compute(
    sizes: Iterable[tuple[int, int]],
    texts: tuple[int, int],
    pixels: tuple[int, int] = PIXELS,
    around: int = 0,
    images: int = 2,
) -> Lengths:
    """Returns the largest lengths of questions, of which prompt and whole are rounded up.

    Args:
        sizes: Width and height of the images, in pixels.
        texts: UTF-8 bytes of the longest prompt, and of the longest response.
        pixels: The fewest and the most pixels of an image that the consumer gives to the model.
        around: Tokens that the consumer puts around a prompt.
        images: Images of a question, at most.
    """
    tokens = images * max(image_tokens(width, height, pixels) for width, height in sizes)
    prompt, response = (-(-text // _BYTES) for text in texts)
    prompt += tokens + around + _AROUND
    return Lengths(tokens, _rounded(prompt), _rounded(prompt + response))


def image_tokens(width: int, height: int, pixels: tuple[int, int] = PIXELS) -> int:
    """Returns the number of tokens of an image of this size, in pixels."""
    lowest, highest = pixels
    sides = [max(1, round(side / _SIDE)) * _SIDE for side in (width, height)]
    area, scale = math.prod(sides), 1.0
    if area > highest:
        scale = math.sqrt(highest / (width * height))
    elif area < lowest:
        scale = math.sqrt(lowest / (width * height))
    if scale != 1:
        rounded = math.floor if scale < 1 else math.ceil
        sides = [max(1, rounded(side * scale / _SIDE)) * _SIDE for side in (width, height)]
    return math.prod(sides) // _SIDE**2


def sizes_in(config: Record, splits: Iterable[str]) -> list[tuple[int, int]]:
    """Returns width and height of the images of each split, from a resolved config."""
    own = [{**config["render"], **config["splits"][split].get("render", {})} for split in splits]
    return [(render["width"], render["height"]) for render in own]


def longest(counts: Record) -> tuple[int, int]:
    """Returns the UTF-8 bytes of the longest prompt and response of all splits, from the counts of an export."""
    prompt, response = (max((own.get(name, 0) for own in counts.values()), default=0) for name in _TEXTS)
    return prompt, response


def most_images(counts: Record) -> int:
    """Returns the most images of a question of all splits, from the counts of an export."""
    return max((own.get("images", 2) for own in counts.values()), default=2)


def count(texts: tuple[str, str], counts: dict[str, Any]) -> None:
    """Takes the prompt and the response of a question into the counts of its split."""
    for name, text in zip(_TEXTS, texts, strict=True):
        counts[name] = max(counts.get(name, 0), len(text.encode()))


_TEXTS = ("longest_prompt", "longest_response")


def _rounded(tokens: int) -> int:
    return -(-tokens // _ROUND) * _ROUND
