"""All checks of a kind or a config, one after another, and what they say."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tvrgen._support.errors import UserError
from tvrgen._support.import_path import importable
from tvrgen._support.messages import printable
from tvrgen._support.progress import Progress, Silent
from tvrgen.checking import faults as told
from tvrgen.checking import flags, images, members, probes, subjects
from tvrgen.checking.answers import Answers, Wording
from tvrgen.checking.balance import Balance
from tvrgen.checking.cases import Case, Check
from tvrgen.checking.faults import Fault
from tvrgen.checking.others import Others
from tvrgen.checking.questions import Questions
from tvrgen.checking.steps import Rules, Steps
from tvrgen.checking.subjects import Subject
from tvrgen.config.overrides import Overrides
from tvrgen.config.settings import Config, Split
from tvrgen.imaging.blender import requirements
from tvrgen.questions import asking
from tvrgen.questions.registry import CHANGES
from tvrgen.sampling.problem import Planned
from tvrgen.transformations.base import Transformation
from tvrgen.transformations.own import KindError

COUNT = 1000
"""Default number of problems that are planned of each split."""

RENDERED = 2
"""Default number of problems that are rendered."""

_SEARCHED = 60  # problems in small scenes, at most, whose second right answers are searched
_PATIENCE = 20  # problems with a fault, after which no more are planned


@dataclass(slots=True, kw_only=True)
class Checking:
    """A run of checks.

    count     problems to plan of each split
    render    problems to render, of the first split
    say       is called with each line: what holds, what does not, what is left out
    progress  display of the problems that are done
    debug     whether what a kind raises is raised, not told
    faults    the lines that say what does not hold
    """

    count: int = COUNT
    render: int = RENDERED
    say: Callable[[str], object] = lambda line: None
    progress: Progress = field(default_factory=Silent)
    debug: bool = False
    faults: list[str] = field(default_factory=list)

    def kind(self, name: str, folder: Path, overrides: Overrides = (), seed: int | None = None) -> None:
        """Checks a kind, alone and beside others; its module may be in `folder`. Raises UserError if it is none."""
        usual, kind = subjects.plain(folder, overrides), subjects.kind(name, folder)
        with importable(folder):
            if faults := members.faults(kind, usual.vocabulary, usual.sampling):
                self.say(name)
                self._tell(faults, [])
                return
            found = list[Subject]()
            with self._caught(faults):
                found += subjects.of_kind(name, len(kind.roles), folder, overrides, seed)
            if faults:
                self.say(name)
                self._tell(_of_members([kind], {}, usual) or faults, [])
                return
            self._subjects(found)

    def config(self, config: Config, splits: Iterable[str] = ()) -> None:
        """Checks the splits of a config: those named, or all."""
        with importable(config.folder):
            self._subjects([*subjects.of_config(config, splits or config.splits)])

    def _subjects(self, found: Sequence[Subject]) -> None:
        for number, subject in enumerate(found):
            if self.faults:
                self.say(f"{subject.title}: skipped, until this is mended")
                continue
            self.say(subject.title)
            if not self._members(subject):
                continue
            cases = self._problems(subject)
            balance = Balance(subject.config, subject.split, self.count)
            self._tell(balance.faults(), [("balance", balance.summary())])
            if not number:
                self._pixels(subject, cases[: self.render])
            self._small(subject)

    def _members(self, subject: Subject) -> bool:
        """Checks the members of the kinds, and their steps on drawn states; returns whether all is right."""
        split = subject.split
        faults = _of_members(split.kinds.values(), split.values, split)
        self._tell(
            faults, [("members", f"name, values, roles, fields and words of {', '.join(split.kinds)} are in order")]
        )
        if faults:
            self.say("  skip  problems: none is planned before this is mended")
        return not faults

    def _problems(self, subject: Subject) -> list[Case]:
        """Plans problems and checks each; returns the first that have steps."""
        families = {settings.family for settings in subject.split.questions}
        checks: list[Check] = [Steps()]
        if CHANGES in families:
            checks.append(Answers())
        else:
            self.say("  skip  values: the split does not ask what changed")
        checks += [Wording(), Rules()]
        if families != {CHANGES}:
            checks.append(Questions())
        kept, faults = self._each(subject.config, subject.split.name, self.count, checks)
        self._tell(faults, [summary for check in checks for summary in check.summaries()])
        return kept

    def _each(self, config: Config, name: str, count: int, checks: Sequence[Check]) -> tuple[list[Case], list[Fault]]:
        """Checks so many problems of a split; returns the first ones with steps, and the faults."""
        split, kept, faults, faulty = config.split(name), list[Case](), list[Fault](), 0
        count = min(count, split.count)
        self.progress.expect(count)
        for index in range(count):
            planned: Planned | None = None
            with self._caught(faults):
                planned = asking.plan_problem(config, name, index)
            if planned is None:
                break
            case = Case(config, split, planned)
            own = self._of_case(case, checks)
            faults += own
            faulty += bool(own)
            if planned.problem.steps and len(kept) < self.render:
                kept.append(case)
            self.progress.update(1)
            if faulty >= _PATIENCE:
                break
        return kept, faults

    def _of_case(self, case: Case, checks: Sequence[Check]) -> list[Fault]:
        """The faults of one problem."""
        faults: list[Fault] = []
        for check in checks:
            with self._caught(faults):
                faults += check.faults(case)
        return [Fault(f.about, f.text, f.kind, _place(case, f)) for f in faults]

    def _pixels(self, subject: Subject, cases: Sequence[Case]) -> None:
        if not self.render:
            self.say("  skip  pixels: --render 0")
        elif lacking := requirements.lacking():
            self.say(f"  skip  pixels: {lacking}")
        elif cases:
            pixels = images.Pixels(subject.config, subject.split)
            self._tell(list(pixels.faults(cases)), [("pixels", pixels.summary())])

    def _small(self, subject: Subject) -> None:
        """Searches second right answers in small scenes, of the first config whose problems can be planned."""
        for config in subjects.small(subject):
            others = Others()
            _, faults = self._each(config, subject.split.name, min(_SEARCHED, self.count), [others])
            if not any(fault.about == _PLANNING for fault in faults):
                self._tell(faults, others.summaries())
                return
        self.say("  skip  alternatives: no problem of few objects and looks can be planned")

    @contextlib.contextmanager
    def _caught(self, faults: list[Fault]) -> Iterator[None]:
        """Adds what is wrong with a kind in the block, or what the user can mend, to the faults."""
        try:
            yield
        except UserError as error:
            if self.debug:
                raise
            faults.append(told.of_error(error) if isinstance(error, KindError) else Fault(_PLANNING, str(error)))

    def _tell(self, faults: Iterable[Fault], summaries: Iterable[tuple[str, str]]) -> None:
        """Says the faults, and the summaries of what no fault is about."""
        faults = list(faults)
        about = {fault.about for fault in faults}
        for name, summary in () if _PLANNING in about else summaries:
            if name not in about:
                self.say(f"  ok    {name}: {printable(summary)}")
        for line in told.lines(faults):
            self.faults.append(line)
            self.say(f"  FAULT {line}")


def _of_members(kinds: Iterable[Transformation], values: Mapping[str, Sequence[str]], split: Split) -> list[Fault]:
    """The faults of kinds by themselves: of their members or, if there are none, of their steps on drawn states."""
    words, sampling, kinds = split.vocabulary, split.sampling, [*kinds]
    if found := [fault for kind in kinds for fault in members.faults(kind, words, sampling)]:
        return found
    own = [(kind, values.get(kind.name) or kind.values(words)) for kind in kinds]
    return [fault for of in (probes, flags) for kind, known in own for fault in of.faults(kind, known, words, sampling)]


_PLANNING = "planning"
"""What faults are about that end the planning of problems."""


def _place(case: Case, fault: Fault) -> str:
    if fault.where.startswith(case.planned.problem.id):
        return fault.where
    if not fault.where or case.where.endswith(f": {fault.where}"):
        return case.where
    return f"{case.where}; {fault.where}"
