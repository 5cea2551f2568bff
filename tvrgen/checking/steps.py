"""Checks of the steps of planned problems: what the kinds promise, and the rules of a fair problem."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tvrgen._support.errors import UserError
from tvrgen._support.messages import counted
from tvrgen.checking import contract
from tvrgen.checking.cases import Case
from tvrgen.checking.faults import Fault
from tvrgen.dataset import records
from tvrgen.dataset.validation.problems import dealt, scene_faults
from tvrgen.questions import asking
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Role
from tvrgen.transformations.own import KindError


class Steps:
    """`apply` gives the planned states, again and again; `fields` and `roles` say what changes."""

    def __init__(self) -> None:
        self._kinds: Counter[str] = Counter()
        self._fields: dict[str, set[str]] = {}
        self._undeclared: set[str] = set()

    def faults(self, case: Case) -> Iterable[Fault]:
        planned, split = case.planned, case.split
        for number, step in enumerate(planned.problem.steps):
            before, after = planned.states[number : number + 2]
            kind = split.kinds[step.kind]
            try:
                found, faults = contract.apply(kind, before, step, split.vocabulary)
            except Rejected:
                found, faults = None, []
            yield from faults
            if not faults and found != after:
                text = "returned another state, or none, when it was applied to the same one again"
                yield Fault("apply", text, step.kind, str(step))
            yield from contract.order(kind, before, after, step, split.vocabulary)
            yield from contract.leading(kind, before, after, step, split.values[step.kind], split.vocabulary)
            ways = kind.variants(split.sampling).values()
            if not any(all(map(Role.allows, way, planned.roles[number])) for way in ways):
                seen = ", ".join(f"{role.before} before and {role.after} after" for role in planned.roles[number])
                yield Fault("roles", f"no variant has roles such as those of a step: {seen}", step.kind, str(step))
            changed = {name for k in step.objects for name in replay.changed_fields(before[k], after[k])}
            self._kinds[step.kind] += 1
            self._fields.setdefault(step.kind, set()).update(changed)
            if kind.fields is None:
                self._undeclared.add(step.kind)

    def summaries(self) -> Iterator[tuple[str, str]]:
        steps = counted_steps(self._kinds.total())
        kinds = ", ".join(f"{count:,} {name}" for name, count in self._kinds.items())
        yield "apply", f"{steps} give the same state whenever they are applied ({kinds})"
        changed = "; ".join(f"{name}: {', '.join(sorted(own))}" for name, own in self._fields.items())
        if self._undeclared:
            named = ", ".join(sorted(self._undeclared))
            yield "fields", f"{steps} change {changed}; {named} could name its own in fields, which plans faster"
        else:
            yield "fields", f"{steps} change what fields names ({changed})"
        yield "roles", f"the objects of {steps} are where roles says, before and after"


class Rules:
    """Every rule of a fair problem, checked again from the scene line as `tvrgen validate` does."""

    _AGAIN = 50  # problems of which one is planned again

    def __init__(self) -> None:
        self._problems = 0

    def faults(self, case: Case) -> Iterable[Fault]:
        self._problems += 1
        split, planned = case.split, case.planned
        problem = dealt(case.config, split, planned.problem.index)
        due: dict[str, records.Record] = {}
        try:
            yield from (Fault("rules", text) for text in scene_faults(case.scene, problem, case.config, split, due))
        except KindError:
            raise
        except (Rejected, UserError) as error:
            yield Fault("rules", str(error))
        if due and [*due.values()] != case.questions:
            yield Fault("rules", "the questions differ when they are asked again")
        if not planned.problem.index % self._AGAIN:
            again = asking.plan_problem(case.config, split.name, planned.problem.index)
            if again.problem != planned.problem:
                yield Fault("rules", "the problem differs when it is planned again")

    def summaries(self) -> Iterator[tuple[str, str]]:
        problems = counted(self._problems, "problem")
        yield "rules", f"{problems} keep every rule, such as that nothing is undone, when they are replayed"


def counted_steps(number: int) -> str:
    """ "1,000 steps"."""
    return f"{number:,} step{'s' if number != 1 else ''}"
