"""Ambiguous repetition in regular expressions: where a backtracking matcher takes more than linear time.

A pattern becomes an automaton whose states are its single characters. Two of its loops are *ambiguous* if one text can
be read by the first, by the second, and by a way from the first to the second: on a failure the matcher tries every
place at which it could have gone over (quadratic time, or cubic, ...). A loop that can read one text in two ways takes
exponential time. A search that starts at every character of a text counts as a loop before the pattern. The method is
that of Weideman et al., "Analyzing matching time behavior of backtracking regular expression matchers" (2016).

What only narrows a match is left out, except conditions on one character beside a repetition: the result may name a
pattern that is harmless, and misses none. A repetition with an upper limit counts as at most two, not as a loop.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

try:
    from re import _constants as sre
    from re import _parser as parser
except ImportError:  # before Python 3.11
    import sre_constants as sre
    import sre_parse as parser

_Step = TypeVar("_Step", bound=tuple)

ALPHABET = [*map(chr, range(128)), *"é日•→２\u3000\x85…“；\u0301▁｜"]
"""Characters of every class that patterns tell apart."""
EVERY = frozenset(ALPHABET)
SOME = EVERY - {"\0"}
"""Stands for a condition that is left out: a match may fail there."""


@dataclass
class _Automaton:
    """States are numbers; `reads` are the characters that lead into each, `steps` the states that may follow it.

    `twice` are the steps that can be taken in two ways. A match ends in each of `final`, whatever comes then.
    """

    reads: list[frozenset[str]] = field(default_factory=list)
    steps: dict[int, list[tuple[int, frozenset[str]]]] = field(default_factory=dict)
    twice: set[tuple[int, int]] = field(default_factory=set)
    final: set[int] = field(default_factory=set)


class _Builder:
    """Builds an automaton; its empty edges are (target, characters that may come next, characters that came last)."""

    def __init__(self, lines: bool) -> None:
        self.lines = lines  # whether ^ stands for the start of each line
        self.empty: list[list[tuple[int, frozenset[str], frozenset[str]]]] = []
        self.reading: list[tuple[frozenset[str], int] | None] = []

    def node(self) -> int:
        self.empty.append([])
        self.reading.append(None)
        return len(self.empty) - 1

    def join(self, start: int, end: int, coming: frozenset[str] = EVERY, last: frozenset[str] = EVERY) -> None:
        self.empty[start].append((end, coming, last))

    def read(self, start: int, chars: frozenset[str]) -> int:
        node, end = self.node(), self.node()
        self.join(start, node)
        self.reading[node] = (chars, end)
        return end

    def sequence(self, tree: object, at: int) -> int:
        for op, argument in tree:
            at = self.one(op, argument, at)
        return at

    def one(self, op: object, argument: object, at: int) -> int:
        if (chars := _chars(op, argument)) is not None:
            return self.read(at, chars)
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            return self.repeated(*argument, at)
        if op is sre.BRANCH:
            end = self.node()
            for branch in argument[1]:
                start = self.node()
                self.join(at, start)
                self.join(self.sequence(branch, start), end)
            return end
        if op is sre.SUBPATTERN:
            return self.sequence(argument[-1], at)
        if op in (sre.ASSERT, sre.ASSERT_NOT):
            return self.condition(op, *argument, at)
        if op is sre.AT:
            end = self.node()
            if argument in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
                line = self.lines and argument is sre.AT_BEGINNING
                self.join(at, end, last=frozenset("\n") if line else frozenset())
            else:
                self.join(at, end, coming=SOME)
            return end
        raise NotImplementedError(op)

    def repeated(self, low: int, high: object, tree: object, at: int) -> int:
        for _ in range(min(low, 2)):
            at = self.sequence(tree, at)
        end = self.node()
        if high is sre.MAXREPEAT:
            start = self.node()
            last = self.sequence(tree, start)
            for before, after in itertools.product((at, last), (start, end)):
                self.join(before, after)
            return end
        for _ in range(min(high, 2) - min(low, 2)):
            self.join(at, end)
            at = self.sequence(tree, at)
        self.join(at, end)
        return end

    def condition(self, op: object, direction: int, tree: object, at: int) -> int:
        chars = _chars(*tree[0]) if len(tree) == 1 else None
        end = self.node()
        if chars is not None:
            chars = chars if op is sre.ASSERT else EVERY - chars
            self.join(at, end, *((chars, EVERY) if direction > 0 else (EVERY, chars)))
            return end
        if direction > 0:  # read, and left again
            start = self.node()
            self.join(at, start)
            self.sequence(tree, start)
        self.join(at, end, coming=SOME)
        return end

    def ways(self, start: int) -> Iterator[tuple[int, frozenset[str], frozenset[str]]]:
        """Every way over empty edges to a node that reads: (node, characters it reads then, characters before)."""
        stack: list[tuple[int, frozenset[str], frozenset[str], tuple[int, ...]]] = [(start, EVERY, EVERY, (start,))]
        while stack:
            node, coming, last, passed = stack.pop()
            if (reading := self.reading[node]) is not None:
                yield node, reading[0] & coming, last
            elif not self.empty[node]:
                yield node, coming, last
            for end, narrower, before in self.empty[node]:
                if passed.count(end) < 2:  # twice, as an iteration can be left and the next one begun
                    stack.append((end, coming & narrower, last & before, (*passed, end)))


def _chars(op: object, argument: object) -> frozenset[str] | None:
    """The characters of ALPHABET that a part of a pattern reads; None if it is not a single character."""
    if op is sre.LITERAL:
        return frozenset(c for c in ALPHABET if c == chr(argument)) or frozenset([chr(argument)])
    if op is sre.NOT_LITERAL:
        return EVERY - {chr(argument)}
    if op is sre.ANY:
        return EVERY - {"\n"}
    if op is sre.IN:
        found, negated = set(), False
        for kind, what in argument:
            if kind is sre.NEGATE:
                negated = True
            elif kind is sre.RANGE:
                found |= {c for c in ALPHABET if what[0] <= ord(c) <= what[1]}
            elif kind is sre.CATEGORY:
                found |= {c for c in ALPHABET if re.match(_CATEGORIES[what], c)}
            else:
                found |= _chars(kind, what)
        return frozenset(EVERY - found if negated else found)
    return None


_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_NOT_DIGIT: r"\D",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_WORD: r"\W",
}


def _automaton(pattern: re.Pattern[str], searched: bool) -> tuple[_Automaton, int]:
    """The automaton of a pattern, and the state of what precedes it."""
    builder = _Builder(bool(pattern.flags & re.MULTILINE))
    start = builder.node()
    end = builder.sequence(parser.parse(pattern.pattern, pattern.flags), start)
    made = _Automaton()
    numbers: dict[int, int] = {}

    def state(node: int) -> int:
        if node not in numbers:
            numbers[node] = len(made.reads)
            made.reads.append(builder.reading[node][0])
        return numbers[node]

    made.reads.append(EVERY)  # state 0: what is passed over before a match
    made.steps[0] = [(0, EVERY)] if searched else []
    todo, done = [(0, start)], set()
    while todo:
        number, node = todo.pop()
        if number in done:
            continue
        done.add(number)
        steps = made.steps.setdefault(number, [])
        reached: dict[tuple[int, frozenset[str]], int] = {}
        for target, chars, last in builder.ways(node):
            if builder.reading[target] is None:
                if target == end and (chars, last) == (EVERY, EVERY):
                    made.final.add(number)
                continue
            if not chars or (number == 0 and searched and not last):
                continue
            follower = state(target)
            todo.append((follower, builder.reading[target][1]))
            reached[follower, chars] = reached.get((follower, chars), 0) + 1
            if reached[follower, chars] > 1:
                made.twice.add((number, follower))
            if number == 0 and searched and last != EVERY:  # a state for the character before the match
                made.reads.append(last)
                steps.append((len(made.reads) - 1, last))
                made.steps[len(made.reads) - 1] = [(follower, chars)]
                done.add(len(made.reads) - 1)
            elif (follower, chars) not in steps:
                steps.append((follower, chars))
    return made, len(made.reads)


def _reachable(made: _Automaton, start: int) -> set[int]:
    found: set[int] = set()
    todo = [start]
    while todo:
        for follower, _ in made.steps[todo.pop()]:
            if follower not in found:
                found.add(follower)
                todo.append(follower)
    return found


def ambiguity(pattern: re.Pattern[str], searched: bool) -> str | None:
    """Says how a pattern takes more than linear time, "exponential" or "polynomial"; None if it does not.

    `searched`: it is looked for at every character of a text; otherwise it is tried at one.
    """
    if searched and (found := ambiguity(pattern, searched=False)):
        return found
    made, count = _automaton(pattern, searched)
    reach = {state: _reachable(made, state) for state in range(count)}
    loops = [state for state in range(count) if state in reach[state]]
    for one in loops:
        within = {state for state in reach[one] if one in reach[state]}
        if any(a in within and b in within for a, b in made.twice) or _two_ways(made, one, within):
            return "exponential"
    for one, other in itertools.permutations(loops, 2):
        harmless = one == 0 and other in made.final  # what is found is not looked for again
        if other in reach[one] and not harmless and _goes_over(made, one, other, reach):
            return "polynomial"
    return None


def _two_ways(made: _Automaton, loop: int, within: set[int]) -> bool:
    """Whether some text leads from a state back to it in two ways."""

    def after(step: tuple[int, int, bool]) -> Iterator[tuple[int, int, bool]]:
        a, b, apart = step
        for (x, first), (y, second) in itertools.product(made.steps[a], made.steps[b]):
            if x in within and y in within and first & second:
                yield x, y, apart or x != y

    return _leads((loop, loop, False), (loop, loop, True), after)


def _goes_over(made: _Automaton, one: int, other: int, reach: dict[int, set[int]]) -> bool:
    """Whether some text leads from `one` to itself, from `one` to `other`, and from `other` to itself."""

    def after(step: tuple[int, int, int]) -> Iterator[tuple[int, int, int]]:
        a, b, c = step
        for x, first in made.steps[a]:
            if x != one and one not in reach[x]:
                continue
            for z, third in made.steps[c]:
                if not first & third or (z != other and other not in reach[z]):
                    continue
                for y, second in made.steps[b]:
                    if first & second & third and (y == other or other in reach[y]):
                        yield x, y, z

    return _leads((one, one, other), (one, other, other), after)


def _leads(start: _Step, goal: _Step, after: Callable[[_Step], Iterable[_Step]]) -> bool:
    """Whether steps lead from one tuple of states to another, by at least one step."""
    todo, seen = [start], set()
    while todo:
        for step in after(todo.pop()):
            if step == goal:
                return True
            if step not in seen:
                seen.add(step)
                todo.append(step)
    return False
