"""What Observe-R1 does with a row, and what it pays (zrguo/Observe-R1 at 418547a; f09c1e4 has the same).

scripts/reward_func.py                             the rewards
openrlhf/models/lmm_kits/base/data_processor.py    messages as text
openrlhf/utils/utils.py                            names of files
openrlhf/cli/train_ppo_ray.py                      --shuffle, which turns shuffling off

It reads answers with math-verify (0.5.2, and 0.9.0 alike), of which `parse` and `verify` are what concerns answers of
tvrgen's kinds.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path

_LETTER = re.compile(r"(?:^|\s)([A-D])(?=[.,:\s]|$)")
_NUMBER = re.compile(r"(?:^|[\s=${])(-?\d+(?:\.\d+)?)")
_OPTIONS = "abcdef"


PAID = {
    "gray": {"gray": 1, "left": 1, "anything at all": 1, "": 1},
    "no change": {"no change": 1, "7.color.gray": 1},
    "7.color.gray": {"7.color.gray": 0, "7": 1, "8": 0},
    "7.color.gray, 2.shape.cube": {"2.shape.cube, 7.color.gray": 0, "7": 0, "7.color.gray, 2.shape.cube": 1, "2": 1},
    "A": {"A": 1, "B": 0, "E": 0, "gray": 1},
    "E": {"E": 1, "A": 1},
    "$3$": {"3": 1, "$3$": 1, r"\boxed{3}": 1, "4": 0, "13": 0, "three": 0, "3.0": 0},
    "3": {"3": 1, "$3$": 1, r"\boxed{3}": 1, "4": 0, "13": 0, "three": 0, "3.0": 0},
    "-1": {"-1": 1, "1": 0},
    "0": {"0": 1, "3": 0},
}
"""Right answer -> response -> the reward that its code pays, with math-verify 0.5.2 and 0.9.0."""


def shown(message: str) -> tuple[list[Path], str]:
    """The images and the text of a message, as qwen-vl-utils takes them."""
    [turn] = json.loads(message)
    assert turn["role"] == "user"
    images = [part["image"] for part in turn["content"] if part["type"] == "image"]
    assert all(image.startswith("file:///") for image in images)
    return [Path(image[len("file://") :]) for image in images], "".join(
        part["text"] for part in turn["content"] if part["type"] == "text"
    )


def file_of(prompt_data: str) -> str:
    """The first file that `--prompt_data` names."""
    return prompt_data.split(",")[0].split("@")[0].strip()


def parse(text: str) -> list:
    """What math-verify reads in a text: a letter A to D that stands alone, else the last number; nothing else."""
    if letters := _LETTER.findall(text):
        return [letters[-1].lower(), letters[-1]]
    return [float(found[-1]), found[-1]] if (found := _NUMBER.findall(text)) else []


def verify(said: list | str, gold: list) -> bool:
    """Whether what was read is the right answer: by value, or of a text as it stands, by its text."""
    return said == gold[-1] if isinstance(said, str) else bool(said) and said[0] == gold[0]


def accuracy(
    response: str, gold: str, read: Callable[[str], list] = parse, same: Callable[..., bool] = verify
) -> float:
    """The reward for the answer: 1 if it is right, and also if nothing can be read in the right one."""
    if not (true := read(gold)):
        return 1.0
    tagged = re.search(r"<answer>.*?</answer>", response)
    whole = tagged[0] if tagged else response.split("<answer>")[-1]
    if same(read(whole), true):
        return 1.0
    bare = whole.replace("<answer>", "").replace("</answer>", "").strip()
    if same(bare, true):
        return 1.0
    letters = {str(part).lower() for part in true} & {*_OPTIONS}
    said = {letter for letter in _OPTIONS if letter in bare.lower()}
    return float(any(said == {letter} for letter in letters))


def form(response: str) -> float:
    """The reward for the format: 0.5 for an observation before the thought, each tag once, or in the middle of it."""
    tags = [f"<{end}{name}>" for name in ("observe", "think", "answer") for end in ("", "/")]
    before = r"<observe>.+?</observe>\s*<think>.+?</think>\s*<answer>.+?</answer>"
    within = r"<think>.+?<observe>.+?</observe>.+?</think>\s*<answer>.+?</answer>"
    once = all(response.count(tag) == 1 for tag in tags)
    found = (once and re.search(before, response, re.DOTALL)) or re.search(within, response, re.DOTALL)
    return 0.5 if found else 0.0
