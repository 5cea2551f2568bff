"""Checks of the questions of all families: their lines, their right answers, and what wrong ones are paid."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen._support.messages import counted, shown
from tvrgen.checking.cases import Case
from tvrgen.checking.faults import Fault
from tvrgen.dataset import records
from tvrgen.questions.forms import number
from tvrgen.questions.forms.choice import LETTERS
from tvrgen.questions.registry import CHANGES
from tvrgen.scoring import graded


class Questions:
    """Each line is as its schema wants it. Its right answer is paid in full; the other options of a choice, and the
    other answers to questions of its family and form, are paid less, but for numbers near an approximate one."""

    def __init__(self) -> None:
        self._asked: Counter[str] = Counter()
        self._wrong = 0

    def faults(self, case: Case) -> Iterable[Fault]:
        answers: dict[tuple[str, str], dict[str, None]] = {}
        for line in case.questions:
            key = (line.get("family", CHANGES), line["answer_form"])
            answers.setdefault(key, {})[line["answer"]] = None
        for line in case.questions:
            family = line.get("family", CHANGES)
            self._asked[family] += 1
            try:
                records.check(line, "question", line["id"], case.split.name)
                if not _paid(line["answer"], line).correct:
                    yield Fault("answer", f"the right one is not paid in full: {shown(line['answer'])}", family)
            except UserError as error:
                yield Fault("line", str(error), family)
                continue
            if family != CHANGES:
                yield from self._wrong_ones(line, answers[family, line["answer_form"]])

    def _wrong_ones(self, line: Record, answers: Iterable[str]) -> Iterator[Fault]:
        letters = LETTERS[: len(line.get("options", ()))]
        right = _paid(line["answer"], line).total
        for answer in letters or answers:
            if answer == line["answer"] or _is_near(answer, line["truth"]):
                continue
            self._wrong += 1
            if _paid(answer, line).total >= right:
                text = f"{shown(answer)} is paid as {shown(line['answer'])}, which is right"
                yield Fault("answer", text, line["family"], line["id"])

    def summaries(self) -> Iterator[tuple[str, str]]:
        asked = ", ".join(f"{count:,} of {family}" for family, count in sorted(self._asked.items()))
        yield "line", f"questions are as their schema wants them ({asked})"
        yield "answer", f"right answers are paid in full, and {counted(self._wrong, 'other')} less"


def _is_near(answer: str, truth: Record) -> bool:
    """Whether an answer is a number so near an approximate one that it is right."""
    said = number.read(answer) if truth.get("approximate") else None
    least = 1 - number.THRESHOLDS[-1] + 1e-9
    return said is not None and abs(said - truth["value"]) <= least * abs(truth["value"])


def _paid(answer: str, line: Record) -> graded.Score:
    return graded.reward(f"<think>x</think><answer>{answer}</answer>", line)
