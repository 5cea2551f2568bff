"""Predicted and true changes, matched one to one as well as possible."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

NOTHING, OBJECT, KIND, RIGHT = range(4)
"""Levels: how far a predicted change agrees with a true one."""

Counts = tuple[int, int, int]
"""The numbers of predictions at the levels RIGHT, KIND and OBJECT."""


def best_matching(rows: Sequence[Sequence[int]]) -> Counts:
    """The counts of the best one-to-one matching of predictions, a row each, with true changes, a column each.

    Entries are levels. The best matching has as many RIGHT pairs as possible, then as many of KIND, then of OBJECT.
    """
    levels: list[int] = []
    taken: set[int] = set()
    for row in rows:
        for column, level in enumerate(row):
            if level:
                levels.append(level)
                taken.add(column)
    if len(taken) < len(levels) or len(levels) > sum(map(any, rows)):  # else each agrees with one that is its own
        levels = list(_matched_levels([row for row in rows if any(row)]))
    return levels.count(RIGHT), levels.count(KIND), levels.count(OBJECT)


def _matched_levels(rows: Sequence[Sequence[int]]) -> Iterator[int]:
    """The level of each pair of a best matching, by the Hungarian algorithm.

    True changes are assigned one after another, each by the augmenting path that costs least. A level weighs more than
    any number of lower ones. Of equal predictions, as many are kept as there are true changes.
    """
    changes = len(rows[0])
    weights = {NOTHING: 0, OBJECT: 1, KIND: changes + 1, RIGHT: (changes + 1) ** 2}
    kept = [row for row, times in Counter(map(tuple, rows)).items() for _ in range(min(times, changes))]
    # column 0 is where ways start, and the last columns are for true changes without a prediction
    width = len(kept) + changes
    costs = [[0, *(-weights[row[k]] for row in kept), *[0] * changes] for k in range(changes)]
    price_of_change, price_of_column = [0] * changes, [0] * (width + 1)
    holder = [-1] * (width + 1)  # the true change that is matched with each column
    for start in range(changes):
        least = [math.inf] * (width + 1)  # what the way to each column costs beyond its prices
        before = [0] * (width + 1)  # the column before it on that way
        column, passed = 0, []
        holder[0] = start
        while holder[column] >= 0:
            passed.append(column)
            change, left = holder[column], [c for c in range(1, width + 1) if c not in passed]
            for c in left:
                cost = costs[change][c] - price_of_change[change] - price_of_column[c]
                if cost < least[c]:
                    least[c], before[c] = cost, column
            nearest = min(left, key=least.__getitem__)
            step = int(least[nearest])
            for c in passed:
                price_of_change[holder[c]] += step
                price_of_column[c] -= step
            for c in left:
                least[c] -= step
            column = nearest
        while column:
            holder[column], column = holder[before[column]], before[column]
    for row, change in zip(kept, holder[1:], strict=False):
        if change >= 0:
            yield row[change]
