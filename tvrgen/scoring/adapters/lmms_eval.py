"""lmms-eval: the functions that a task's YAML names through the utils.py beside it.

doc_to_visual: !function utils.doc_to_visual
doc_to_text: !function utils.doc_to_text
doc_to_messages: !function utils.doc_to_messages
process_results: !function utils.process_results
metric_list:
  - {metric: tvr_accuracy, aggregation: mean, higher_is_better: true}
"""

from collections.abc import Mapping
from typing import Any

from tvrgen.scoring.adapters import common

METRICS = ("tvr_accuracy", "tvr_reward", "tvr_format")
"""The metrics of an answer: 1 if all changes are right, STAR-R1's total, and the part of it for the format."""


def doc_to_visual(doc: Mapping[str, Any]) -> list[Any]:
    """Returns the first and the second image, as Pillow has them."""
    return [image.convert("RGB") for image in doc["images"]]


def doc_to_text(doc: Mapping[str, Any], lmms_eval_specific_kwargs: Mapping[str, str] | None = None) -> str:
    """Returns the prompt between the `pre_prompt` and the `post_prompt` of a model's settings."""
    own = lmms_eval_specific_kwargs or {}
    return f"{own.get('pre_prompt', '')}{doc['question']}{own.get('post_prompt', '')}"


def doc_to_messages(
    doc: Mapping[str, Any], lmms_eval_specific_kwargs: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Returns the images and the prompt as one message, for models that take a chat."""
    images = [{"type": "image", "url": image} for image in doc_to_visual(doc)]
    text = {"type": "text", "text": doc_to_text(doc, lmms_eval_specific_kwargs)}
    return [{"role": "user", "content": [*images, text]}]


def process_results(doc: Mapping[str, Any], results: list[Any]) -> dict[str, float]:
    """Returns METRICS of one answer, the first of `results`.

    Raises UserError if the first right answer of the process cannot be read; later, such an answer counts as wrong.
    """
    rows = common.rows_of({name: [value] for name, value in doc.items()}, 1)
    (reward,) = common.rewards([results[0] if results else ""], rows, mixed=False)
    if reward is None:
        return dict.fromkeys(METRICS, 0.0)
    return dict(zip(METRICS, (float(reward.correct), reward.total, reward.format), strict=True))
