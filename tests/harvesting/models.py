"""Made-up models: what they say to the questions of a dataset."""

from collections.abc import Callable
from pathlib import Path

from tests.tiny import FlatRenderer, generate_flat
from tvrgen.dataset.reader import open_dataset
from tvrgen.questions import asking
from tvrgen.questions.forms import changes_text
from tvrgen.transformations.base import Step

SAMPLES = 5
REFUSED = {
    "openvlthinker": "it trains on rationales",
    "vision-r1": "it trains on rationales",
    "observe-r1": "leaves out 6 that ask neither for a letter nor for a number",
    "reason-rft": "has no words for how far",
    "trance": "rl_format='trance': holds whole problems",
    "svqa-r1": "leaves out 6 that have no twin",
    "vision-zero": "no question is left for this format",
    "video-r1": "leaves out 6 that ask what changed",
    "spacer": "leaves out 6 that ask what changed",
    "seed-bench-r1": "leaves out 6 that are no choice among 4 options",
    "vad-r1": "leaves out 6 that do not ask what changes in a clip",
}
"""Formats that cannot hold the questions of `dataset` that it fails, and what they say."""
_PLAN = asking.plan_problem  # `generate_flat` replaces it while it runs


def generated(root: Path, config) -> Path:
    """A dataset of planned problems, with images in one colour."""
    return generate_flat(root, config, FlatRenderer(), lambda config, split, index: _PLAN(config, split.name, index))


def right(question: dict, thoughts: int = 1) -> str:
    """A right response, which is the longer the more thoughts it has."""
    return f"<think>{'I compared all objects. ' * thoughts}</think><answer>{question['answer']}</answer>"


def blind_to(question: dict, kind: str) -> str:
    """A response that has all changes but those of a kind; a right one if there is none of it."""
    seen = [change for change in question["changes"] if change["attribute"] != kind]
    if len(seen) == len(question["changes"]):
        return right(question)
    said = changes_text.write(
        tuple(Step(objects=tuple(c["objects"]), kind=c["attribute"], value=c["value"]) for c in seen)
    )
    return f"<think>I saw all but one kind.</think><answer>{said}</answer>"


def silent(question: dict) -> str:
    return "<think>I do not know."


def responses(
    dataset,
    fails: Callable[[dict], bool],
    wrong: Callable[[dict], str] = silent,
    skill: int = 0,
    split: str | None = None,
) -> dict[str, list[str]]:
    """Samples of a model by ids: right ones, each longer than the one before, but for `wrong` ones where it fails.

    `skill` is the number of right samples of those where it fails.
    """
    said = {}
    for question in open_dataset(dataset).questions(split):
        good = SAMPLES if not fails(question) else skill
        told = [right(question, k + 1) for k in range(good)]
        said[question["id"]] = told + [wrong(question)] * (SAMPLES - good)
    return said


def has_color(question: dict) -> bool:
    return any(change["attribute"] == "color" for change in question["changes"])


def no_color(question: dict) -> str:
    return blind_to(question, "color")
