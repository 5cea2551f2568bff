"""SpaceR, OuyangKun10/SpaceR@b623af5, SpaceR-SG-RLVR/src/r1-v/src/open_r1/SG-RLVR.py and extract_map.py."""

import ast
import json
import math
import re
from pathlib import Path, PurePosixPath

from tests.consumers.rules.video_r1 import answer, question, well_formed

__all__ = ["answer", "maps", "prompt_names", "question", "reward", "well_formed"]

REQUIRED = ("problem_id", "problem", "data_type", "problem_type", "options", "solution", "path", "data_source")
_UNITS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_WORDS = f"{_UNITS} eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety zero a an".split()
_NUMBERS = (*range(1, 21), 30, 40, 50, 60, 70, 80, 90, 0, 1, 1)
_DIAGONAL = 10 * math.sqrt(2)

Maps = dict[str, dict[str, list[list[int]]]]


def maps(folder: Path) -> Maps:
    """The maps of the side file by the name of the picture or video."""
    lines = map(json.loads, (folder / "annotation/cognitive_map.jsonl").read_text().splitlines())
    return {line["video_id"]: line["cognitive_map"] for line in lines if isinstance(line["object_list"], list)}


def name(row: dict) -> str:
    return PurePosixPath(row["path"]).stem


def prompt_names(row: dict, known: Maps) -> list[str] | None:
    """The categories that the prompt names where it offers to draw a map; None where it does not."""
    return [*known[name(row)]] if row["data_source"] == "SR_dataset" else None


def accuracy(response: str, row: dict, known: Maps) -> float:
    """Its reward for the answer and the map; whatever fails in it pays nothing."""
    said, true = answer(response), answer(row["solution"])
    if row["problem_type"] == "multiple choice":
        paid, least = float(said == true), 1.0
    else:
        assert row["problem_type"] == "numerical"
        paid, least = _relative(_number(said), float(true)), 0.5000001
    if paid < least or "<map>" not in response or "</map>" not in response:
        return paid
    if name(row) not in known:
        return 0.0
    drawn = re.search(r"<map>\s*(.*?)\s*</map>", response, re.DOTALL)
    own = map_score(_drawn(drawn[1] if drawn else "", known[name(row)]), known[name(row)])
    return paid + own if own > 0 else 0.0


def reward(response: str, row: dict, known: Maps) -> float:
    return accuracy(response, row, known) + well_formed(response)


def _number(text: str) -> float | None:
    """The first number word in its own order of words, else the first digits."""
    for word, number in zip(_WORDS, _NUMBERS, strict=True):
        if re.search(rf"\b{word}\b", text.strip().lower()):
            return float(number)
    found = re.search(r"\d+(\.\d+)?", text)
    return float(found[0]) if found else None


def _relative(said: float | None, true: float) -> float:
    """Mean relative accuracy. By 0 it divides, which ends in an error; below 0, every error is below all thresholds."""
    if said is None or true == 0:
        return 0.0
    error = abs(said - true) / true
    return sum(error <= 1 - (0.5 + 0.05 * k) for k in range(10)) / 10


def _drawn(text: str, true: dict) -> dict[str, list]:
    """The map that a response draws, as a Python literal; names are put into lower case and compared with the true
    ones as they are."""
    try:
        data = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return {}
    lowered = {key.lower() for key in true}
    names = {key: re.fullmatch(r"[^\w\s]*([\w\s]+)[^\w\s]*", str(key).lower().strip()) for key in data}
    return {found[1].strip(): data[key] for key, found in names.items() if found and found[1].strip() in lowered}


def map_score(drawn: dict[str, list], true: dict[str, list]) -> float:
    """Points are matched in each category, the nearest pair first; categories weigh as many points as are true."""
    total = sum(map(len, true.values()))
    if not total:
        return float(not drawn)
    score = 0.0
    for key, own in true.items():
        said = drawn.get(key, [])
        pairs = sorted((math.dist(one, other), i, j) for i, one in enumerate(said) for j, other in enumerate(own))
        left, free, near = {*range(len(said))}, {*range(len(own))}, 0.0
        for distance, i, j in pairs:
            if i in left and j in free:
                left.discard(i)
                free.discard(j)
                near += max(0.0, 1 - distance / _DIAGONAL)
        score += near / max(len(said), len(own)) * len(own) if own and said else 0.0
    return score / total
