"""Vad-R1, wbfwonderful/Vad-R1@8536296, src/r1-v/src/open_r1/grpo.py, sft_video.py and
evaluation/1-evaluate_detection.py."""

import re

SFT = ("source", "video", "anomaly_type", "path", "total_frames", "think", "answer")
RL = ("path", "solution")


def _tags(*names: str, between: str) -> str:
    return between.join(f"<{name}>.*?</{name}>" for name in names)


_STEPS = {count: _tags(*(f"step{k + 1}" for k in range(count)), between=r"\s*") for count in (2, 4)}
_SAID = {2: ("which", "what", "why"), 4: ("which", "what", "when", "where", "why", "how")}
_FORMATS = [
    re.compile(
        rf"<think>\s*{_STEPS[count]}\s*</think>\s*<answer>.*?{_tags(*_SAID[count], between='.*?')}.*?</answer>",
        re.DOTALL,
    )
    for count in (2, 4)
]
_WHICH = re.compile(r"<which>(.*?)</which>", re.DOTALL)
_WHEN = re.compile(r"<when>\[([0-9.]+)\s*,\s*([0-9.]+)\]</when>")


def response(row: dict) -> str:
    """What a row trains the model to write."""
    return f"{row['think']}\n{row['answer']}"


def which(text: str) -> str:
    found = _WHICH.search(text)
    return found[1].strip() if found else ""


def when(text: str) -> tuple[float, float]:
    """The shares of the video that a response names; those of nothing if it names none in this form."""
    found = _WHEN.search(text)
    return (float(found[1]), float(found[2])) if found else (0.0, 0.0)


def accuracy(said: str, solution: str) -> float:
    return float(which(said) == solution)


def well_formed(said: str) -> float:
    return float(any(form.fullmatch(said) for form in _FORMATS))


def truth(row: dict) -> tuple[str, tuple[float, float]]:
    """The label of a row, and the shares of the video that are abnormal; of a normal one, all of it."""
    if row["anomaly_type"] == "Normal":
        return "Normal", (0.0, 1.0)
    start, end = (round(row[key] / row["total_frames"], 3) for key in ("start", "end"))
    return "Abnormal", (start, end)


def overlap(said: str, row: dict) -> float:
    """Intersection over union of the shares; 0 where the label is wrong."""
    label, true = truth(row)
    named = which(said)
    if (named if named == "Normal" else "Abnormal") != label:
        return 0.0
    own = (0.0, 1.0) if named == "Normal" else when(said)
    union = max(true[1], own[1]) - min(true[0], own[0])
    return max(0.0, min(true[1], own[1]) - max(true[0], own[0])) / union if union > 0 else 0.0
