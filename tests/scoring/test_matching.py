"""The best one-to-one matching of predictions with true changes, against all matchings."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from tvrgen.scoring.matching import KIND, NOTHING, OBJECT, RIGHT, best_matching

_ROWS = st.integers(1, 4).flatmap(
    lambda changes: st.lists(
        st.lists(st.sampled_from([NOTHING, OBJECT, KIND, RIGHT]), min_size=changes, max_size=changes), max_size=5
    )
)


@given(_ROWS)
def test_no_matching_is_better(rows):
    changes = len(rows[0]) if rows else 0
    counts = []
    for order in itertools.permutations([*range(changes), *[None] * len(rows)], len(rows)):
        levels = [row[k] for row, k in zip(rows, order, strict=True) if k is not None]
        counts.append((levels.count(RIGHT), levels.count(KIND), levels.count(OBJECT)))
    assert best_matching(rows) == max(counts)


def test_many_equal_predictions_take_no_longer():
    assert best_matching([[OBJECT, KIND, NOTHING]] * 100_000) == (0, 1, 1)
