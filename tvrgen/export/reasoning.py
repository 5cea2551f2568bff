"""Reasoning: the layouts of responses that consumers train on or pay for, each with the request for it in a prompt."""

from collections.abc import Callable
from dataclasses import dataclass

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
    return f"<think>{question.rationale}</think><answer>{question.line['answer']}</answer>"


THINK = Reasoning("", _think)
"""`<think>...</think><answer>...</answer>`, which every prompt of tvrgen's asks for."""
