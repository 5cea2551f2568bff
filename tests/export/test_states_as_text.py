"""States as text: which object became which, where one way to tell it is the shortest."""

import dataclasses

import pytest

from tests.tiny import load
from tvrgen.export import states_as_text

CONFIG = load()
SPLIT = CONFIG.split("train")
LOOKS = {"shape": "cube", "size": "large", "color": "red", "material": "metal"}


def state(*objects):
    return {k: SPLIT.vocabulary.object({**LOOKS, **looks}, place) for k, (place, looks) in enumerate(objects)}


RED, BLUE = {"color": "red"}, {"color": "blue"}
STAY = ((0, 0), RED)


@pytest.mark.parametrize(
    ("before", "after", "most", "due"),
    [
        ([STAY, ((5, 5), BLUE)], [((5, 5), BLUE), STAY], 0, [{}, {}]),
        ([STAY, ((5, 5), BLUE)], [((5, 5), RED), STAY], 1, [{}, {"color": "red"}]),
        ([STAY, ((5, 5), BLUE)], [((5, 15), BLUE), STAY], 1, [{}, {"position": "right.1"}]),
        ([STAY, ((5, 15), BLUE)], [((5, 25), RED), STAY], 2, [{}, {"color": "red", "position": "right.1"}]),
        # more changes than there may be
        ([STAY, ((5, 5), BLUE)], [((5, 15), RED), STAY], 1, None),
        # a move that there is not
        ([STAY, ((5, 5), BLUE)], [((5, 6), BLUE), STAY], 4, None),
        # two objects exchange their looks, or their places
        ([STAY, ((0, 10), BLUE)], [((0, 0), BLUE), ((0, 10), RED)], 2, None),
        ([STAY, ((0, 7), BLUE)], [((0, 0), BLUE), ((0, 7), RED)], 2, [{"color": "blue"}, {"color": "red"}]),
        # an object is gone
        ([STAY, ((5, 5), BLUE)], [STAY], 1, None),
    ],
)
def test_reading(before, after, most, due):
    found = states_as_text.reading(state(*before), state(*after), SPLIT, most)
    assert (found and [own.changes for own in found]) == due


def test_changes_of_kinds_that_the_split_lacks_are_no_reading():
    still = dataclasses.replace(SPLIT, values={name: own for name, own in SPLIT.values.items() if name != "color"})
    before, after = state(STAY, ((5, 5), BLUE)), state(STAY, ((5, 5), RED))
    assert states_as_text.reading(before, after, SPLIT, 1)
    assert states_as_text.reading(before, after, still, 1) is None


def test_tables():
    objects, grid = state(((3, -4), BLUE), ((-3, 25), RED)), SPLIT.vocabulary.grid
    first, second = "large blue metal cube at (3, -4)", "large red metal cube at (-3, 25), outside the stage"
    assert states_as_text.numbered(objects, grid) == f"#0: {first}\n#1: {second}"
    assert states_as_text.unnumbered(objects, grid) == f"{second}\n{first}"


def test_moves_are_what_the_split_has_and_lead_where_they_lead():
    found = states_as_text.moves(SPLIT)
    assert list(found) == list(SPLIT.values["position"])
    kind = SPLIT.kinds["position"]
    obj = SPLIT.vocabulary.object(LOOKS, (1, 2))
    for value, (x, y) in found.items():
        assert kind.change(obj, value, SPLIT.vocabulary).position == (1 + x, 2 + y)
