"""Video-R1, tulerfeng/Video-R1@59d65c3, src/r1-v/src/open_r1/grpo.py and trainer/grpo_trainer.py."""

import re
from pathlib import Path

REQUIRED = ("problem", "data_type", "problem_type", "options", "solution", "path")
_ANSWER = re.compile(r"<answer>\s*(.*?)\s*</answer>", re.DOTALL)
_FORMAT = re.compile(r"<think>.*?</think>\s*<answer>.*?</answer>", re.DOTALL)


def question(row: dict) -> str:
    """The question of a row as its prompt has it: of a choice, the options follow the problem without a break."""
    offered = [f"{option}\n" for option in row["options"]] if row["problem_type"] == "multiple choice" else []
    return row["problem"] + "".join(["Options:\n", *offered] if offered else [])


def file(row: dict, folder: Path) -> Path:
    """The picture or video of a row; `folder` is Video-R1-data."""
    assert row["data_type"] in ("image", "video")
    return Path(f"{folder}{row['path'][1:]}")


def answer(text: str) -> str:
    """The text of the first <answer>; empty without one."""
    found = _ANSWER.search(text)
    return found[1].strip() if found else ""


def accuracy(response: str, row: dict) -> float:
    """Its reward for the two types of problems that rows have."""
    said, true = answer(response), answer(row["solution"])
    if row["problem_type"] == "multiple choice":
        return float(said == true)
    assert row["problem_type"] == "numerical"
    if any(mark in said for mark in ".,") != any(mark in true for mark in ".,"):
        return 0.0
    try:
        return float(round(float(said.replace(",", "")), 2) == round(float(true.replace(",", "")), 2))
    except ValueError:
        return 0.0


def well_formed(response: str) -> float:
    """Its reward for the form: the whole response is a thought and an answer."""
    return float(_FORMAT.fullmatch(response) is not None)
