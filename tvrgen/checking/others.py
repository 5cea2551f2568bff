"""Search for second right answers in small scenes, where objects of few looks could have become each other."""

import math
from collections.abc import Iterator

from tvrgen._support.messages import counted
from tvrgen.checking.cases import Case
from tvrgen.checking.faults import Fault
from tvrgen.questions.forms import changes_text
from tvrgen.scoring.second_answers import second_answers

_MOST = 200_000
"""Answers that are tried for one problem; of problems with more, none is."""


class Others:
    """No answer as short as a problem's own is right and not accepted."""

    def __init__(self) -> None:
        self._searched = self._left_out = 0

    def faults(self, case: Case) -> Iterator[Fault]:
        if _answers(case) > _MOST:
            self._left_out += 1
            return
        self._searched += 1
        for steps in second_answers(case.planned, case.split):
            said = changes_text.write(steps)
            yield Fault(
                "alternatives", "another answer is as short, right, and not accepted", where=f"{case.where}; {said}"
            )
            return

    def summaries(self) -> Iterator[tuple[str, str]]:
        left = f"; {counted(self._left_out, 'problem')} had too many to try" if self._left_out else ""
        yield (
            "alternatives",
            f"of all answers to {counted(self._searched, 'problem')}, none as short is right and not accepted{left}",
        )


def _answers(case: Case) -> int:
    """The number of answers with as many steps as a problem has."""
    objects = len(case.planned.problem.initial.objects)
    steps = 0
    for name, kind in case.split.kinds.items():
        choose = math.perm if kind.ordered else math.comb
        steps += choose(objects, len(kind.roles)) * len(case.split.values[name])
    return int(steps ** len(case.planned.problem.steps))
