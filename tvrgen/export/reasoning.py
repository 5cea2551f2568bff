"""Reasoning: the layouts of responses that consumers train on or pay for, each with the request for it in a prompt."""

from collections.abc import Callable
from dataclasses import dataclass

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.export import narration
from tvrgen.export.reader import Question
from tvrgen.questions.wording import capitalized


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
    return f"<think>{thought(question)}</think>\n{_said(question, 'conclude')}\n{_answer(question)}"


def _observe(question: Question) -> str:
    seen = next(filter(None, (_said(question, purpose) for purpose in _BEFORE)), "")
    return f"<observe>{seen}</observe><think>{question.rationale}</think>{_answer(question)}"


def _answer(question: Question) -> str:
    return f"<answer>{question.line['answer']}</answer>"


_BEFORE = ("locate", "match", "compare")
"""The purposes of the sentences before the conclusion, in the order in which the reasoning needs them."""


def thought(question: Question) -> str:
    """Returns the rationale without its conclusion, which says the answer; empty if the dataset has none."""
    return _said(question, *_BEFORE)


def _said(question: Question, *purposes: str) -> str:
    """The sentences of a rationale that have one of these purposes, as one text."""
    return " ".join(s["text"] for s in question.line.get("rationale", ()) if s["does"] in purposes)


def _steps(question: Question) -> str:
    scene, clip = question.scene(), question.line["clip"]
    seen, happened = narration.scenery(scene), narration.events(scene, clip)
    if not happened:
        still = "nothing moves and nothing changes its looks, from the first frame to the last"
        return (
            f"<think><step1>{seen}</step1><step2>{capitalized(still)}.</step2></think>\n"
            f"<answer>The video is <which>Normal</which>. In it, <what>{still}</what>. "
            f"That is normal, since <why>{_USUAL}</why>.</answer>"
        )
    told = " Then, ".join(f"{event.place}, {event.text}." for event in happened)
    what, where = ([event.text for event in happened], dict.fromkeys(event.place for event in happened))
    start, end = (round(frame / clip["count"], 3) for frame in (happened[0].start, happened[-1].end))
    return (
        f"<think><step1>{seen} At first, nothing moves.</step1><step2>{capitalized(told)}</step2>"
        f"<step3>{capitalized(_UNUSUAL)}.</step3><step4>So {_AFTER}.</step4></think>\n"
        f"<answer>The video is <which>Abnormal</which>. In it, <what>{', then '.join(what)}</what>, "
        f"from the first to the second of these shares of the video: <when>[{start}, {end}]</when>. "
        f"It happens <where>{', then '.join(where)}</where>. That is abnormal, since <why>{_UNUSUAL}</why>. "
        f"As a consequence, <how>{_AFTER}</how>.</answer>"
    )


_USUAL = "the objects of such a scene stand still and keep their looks"
_UNUSUAL = f"{_USUAL}, which not all of them do here"
_AFTER = "what was counted or located in the first frame may not hold in the last one"

THINK = Reasoning("", _think)
"""`<think>...</think><answer>...</answer>`, which every prompt of tvrgen's asks for."""

SENTENCE = Reasoning("Between </think> and <answer>, write one sentence that says what the answer is.", _sentence)
"""The conclusion between `</think>` and `<answer>`, each on a line of its own."""

OBSERVE = Reasoning("Before <think>, write what you see in the images inside <observe></observe>.", _observe)
"""`<observe>...</observe>` before `<think>`: the sentences that locate objects, or else the first that compare images.

The thought repeats them, as its sentences refer to these.
"""

STEPS = Reasoning("", _steps)
"""Vad-R1's: four steps of thought on what is abnormal in a clip, or two where nothing changes, then which, what, when,
where, why and how. Its own prompt asks for it; the words follow from the scene, not from a rationale."""


def require_rationales(name: str, rationales: bool) -> None:
    """Raises UserError, which names the format, if a dataset has no rationales to train on."""
    if not rationales:
        raise UserError(
            f"{name}: it trains on rationales, which the dataset does not have; generate with "
            "question.rationale=full, or questions.rationale=full where the config has questions"
        )


def without_rationale(line: Record) -> str:
    """Returns why a question without a rationale is left out, as `Format.omits` does; "" of one that has one."""
    return "" if line.get("rationale") else "have no rationale"
