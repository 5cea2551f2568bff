"""Failures: wrong samples, in groups of questions alike, from which problems like them are planned."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from tvrgen.harvesting.grading import Kinds, Sampled

SHARE = Fraction(1, 20)
"""Least share of all failures that makes a group of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Wrong samples of a question that got the same kinds wrong; `weight` is their share of its samples."""

    split: str
    family: str
    view: str
    objects: int
    steps: int | None
    kinds: Kinds
    weight: Fraction

    @property
    def subject(self) -> tuple[str, str, bool]:
        """What failures of one group always have in common: split, family, and whether nothing changes."""
        return self.split, self.family, self.steps == 0


@dataclass(frozen=True, slots=True)
class Group:
    """Failures of one split and family, in all of which something changes, or in none."""

    failures: tuple[Failure, ...]

    @property
    def subject(self) -> tuple[str, str, bool]:
        return self.failures[0].subject

    @property
    def weight(self) -> Fraction:
        return sum((own.weight for own in self.failures), Fraction())

    @property
    def views(self) -> tuple[str, ...]:
        """The final cameras, in the order in which they occur."""
        return tuple(dict.fromkeys(own.view for own in self.failures))

    @property
    def kinds(self) -> Kinds:
        """The kinds of change that were got wrong; none where nothing changes, or of other families than `changes`."""
        return tuple(sorted({kind for own in self.failures for kind in own.kinds}))

    @property
    def objects(self) -> tuple[int, int]:
        """The least and the greatest number of objects on stage in the first image."""
        numbers = [own.objects for own in self.failures]
        return min(numbers), max(numbers)

    @property
    def steps(self) -> tuple[int, int] | None:
        """The least and the greatest number of changes; None of other families than `changes`."""
        numbers = [own.steps for own in self.failures if own.steps is not None]
        return (min(numbers), max(numbers)) if numbers else None


_ALIKE: tuple[Callable[[Failure], Hashable], ...] = (
    lambda own: (own.subject, own.view, own.kinds, own.objects),
    lambda own: (own.subject, own.view, own.kinds),
    lambda own: (own.subject, own.view),
    lambda own: own.subject,
)
"""What failures of one group have in common, from the finest groups to the coarsest."""


def failures(questions: Iterable[Sampled]) -> list[Failure]:
    """Returns the failures of all questions, in order."""
    return [
        Failure(
            split=own.split,
            family=own.family,
            view=own.view,
            objects=own.objects,
            steps=own.steps,
            kinds=kinds,
            weight=Fraction(count, own.pass_rate.samples),
        )
        for own in questions
        for kinds, count in own.wrong.items()
    ]


def groups(found: Iterable[Failure]) -> list[Group]:
    """Returns failures in groups, the heaviest first.

    Failures alike in split, family, view, wrong kinds and number of objects are a group if they weigh SHARE of all or
    more. Those that are left are put together whatever their numbers of objects, then whatever their kinds, then
    whatever their views. So there are at most 1 / SHARE groups, and one for each split and family besides.
    """
    left = list(found)
    least = SHARE * sum((own.weight for own in left), Fraction())
    made: list[Group] = []
    for alike in _ALIKE:
        together: dict[Hashable, list[Failure]] = {}
        for own in left:
            together.setdefault(alike(own), []).append(own)
        left = []
        for members in together.values():
            group = Group(tuple(members))
            if group.weight >= least or alike is _ALIKE[-1]:
                made.append(group)
            else:
                left += members
    return sorted(made, key=lambda group: -group.weight)


def shares(weights: list[Fraction], count: int) -> list[int]:
    """Returns whole numbers in proportion to weights, whose sum is `count`: those of the largest remainders."""
    total = sum(weights, Fraction())
    exact = [weight * count / total for weight in weights]
    numbers = [int(share) for share in exact]
    rest = sorted(range(len(exact)), key=lambda k: numbers[k] - exact[k])
    for k in rest[: count - sum(numbers)]:
        numbers[k] += 1
    return numbers
