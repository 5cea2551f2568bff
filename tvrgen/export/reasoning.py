"""Reasoning: the layouts of responses that consumers train on or pay for, each with the request for it in a prompt."""

from collections.abc import Callable
from dataclasses import dataclass

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.export.reader import Question


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A layout of responses.

    `asks` is the sentence that asks for it, which a format adds to the end of a prompt; empty where every prompt of
    tvrgen's asks for it. `respond` returns the right response to a question, from its rationale; where the dataset has
    none, the parts that would hold it are empty.
    """

    asks: str
    respond: Callable[[Question], str]

    def asked(self, prompt: str) -> str:
        """Returns a prompt with the request at its end."""
        return f"{prompt}\n{self.asks}" if self.asks else prompt


def _think(question: Question) -> str:
    return f"<think>{question.rationale}</think>{_answer(question)}"


def _sentence(question: Question) -> str:
    thought, conclusion = _said(question, *_BEFORE), _said(question, "conclude")
    return f"<think>{thought}</think>\n{conclusion}\n{_answer(question)}"


def _observe(question: Question) -> str:
    seen = next(filter(None, (_said(question, purpose) for purpose in _BEFORE)), "")
    return f"<observe>{seen}</observe><think>{question.rationale}</think>{_answer(question)}"


def _answer(question: Question) -> str:
    return f"<answer>{question.line['answer']}</answer>"


_BEFORE = ("locate", "match", "compare")
"""The purposes of the sentences before the conclusion, in the order in which the reasoning needs them."""


def _said(question: Question, *purposes: str) -> str:
    """The sentences of a rationale that have one of these purposes, as one text."""
    return " ".join(s["text"] for s in question.line.get("rationale", ()) if s["does"] in purposes)


THINK = Reasoning("", _think)
"""`<think>...</think><answer>...</answer>`, which every prompt of tvrgen's asks for."""

SENTENCE = Reasoning("Between </think> and <answer>, write one sentence that says what the answer is.", _sentence)
"""The conclusion between `</think>` and `<answer>`, each on a line of its own."""

OBSERVE = Reasoning("Before <think>, write what you see in the images inside <observe></observe>.", _observe)
"""`<observe>...</observe>` before `<think>`: the sentences that locate objects, or else the first that compare images.

The thought repeats them, as its sentences refer to these.
"""


def require_rationales(name: str, rationales: bool) -> None:
    """Raises UserError, which names the format, if a dataset has no rationales to train on."""
    if not rationales:
        raise UserError(
            f"{name}: it trains on rationales, which the dataset does not have; generate with "
            "--set question.rationale=full, or with rationale: full in each entry of questions"
        )


def without_rationale(line: Record) -> str:
    """Returns why a question without a rationale is left out, as `Format.omits` does; "" of one that has one."""
    return "" if line.get("rationale") else "have no rationale"
