"""SEED-Bench-R1, TencentARC/SEED-Bench-R1@12e8fcc, src/open_r1_egoplan/grpo.py and infer.py.

Of the reward, the comparison of letters alone: math_verify, which is asked first, finds no formula in them.
"""

import re
from pathlib import Path
from random import Random

REQUIRED = (
    "sample_id", "question", "answer", "task_progress_metadata", "video_source", "video_basename",
    "current_observation_basename",
)  # fmt: skip
LETTERS = "ABCD"
_ANSWER = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)


def offered(row: dict, rng: Random) -> list[str]:
    """The options as the trainer puts them, in a random order: three wrong ones are drawn where there are more."""
    if "golden_choice_idx" in row:
        options = [row[f"choice_{letter.lower()}"] for letter in LETTERS]
    else:
        options = [*rng.sample(row["negative_answers"], 3), row["answer"]]
    rng.shuffle(options)
    return options


def trained(row: dict, rng: Random) -> tuple[str, str]:
    """The problem and the solution that the trainer makes of a row."""
    options = offered(row, rng)
    listed = [f"{letter}. {option}" for letter, option in zip(LETTERS, options, strict=True)]
    letter = LETTERS[options.index(row["answer"])]
    return "\n".join([row["question"], *listed, ""]), f"<answer>{letter}.</answer>"


def inferred(row: dict, root: Path) -> tuple[str, str]:
    """The problem and the solution of a row for validation, whose options stay in their order."""
    if "EgoPlan" not in str(root):
        raise NotImplementedError
    listed = [f"{letter}. {row[f'choice_{letter.lower()}']}" for letter in LETTERS]
    return "\n".join([row["question"], *listed, ""]), f"<answer>{row['golden_choice_idx']}.</answer>"


def media(row: dict, root: Path) -> list[Path]:
    """The files of a row: the video, where it has progress, and the picture."""
    image = root / "images" / row["video_source"] / row["current_observation_basename"]
    video = root / "videos" / row["video_source"] / row["video_basename"]
    return [video, image] if len(row["task_progress_metadata"]) > 0 else [image]


def accuracy(response: str, solution: str) -> float:
    """Its reward: the first characters of the two answers are the same."""
    said, true = _ANSWER.search(response), _ANSWER.search(solution)
    return float(bool(said and said[1].strip()) and said[1].strip()[0] == true[1].strip()[0])
