"""Every built-in kind changes one attribute."""

import pytest

from tests.tiny import handmade, load
from tvrgen.transformations.base import Rejected, Step

CONFIG = load()
SPLIT = CONFIG.split("train")
WORDS, KINDS = SPLIT.vocabulary, SPLIT.kinds
STATE = handmade(CONFIG, SPLIT, 0).problem.initial
EVERY = [(kind, value) for kind in KINDS.values() for value in kind.values(WORDS)]


@pytest.mark.parametrize(("kind", "value"), EVERY, ids=lambda v: getattr(v, "name", v))
def test_a_step_changes_its_own_attribute_alone(kind, value):
    before, step = STATE.objects[0], Step(objects=(0,), kind=kind.name, value=value)
    try:
        after = kind.apply(STATE, step, WORDS).objects[0]
    except Rejected:
        assert getattr(before, kind.name) == value
        return
    changed = {
        f
        for f in ("shape", "size", "color", "material", "position", "rotation")
        if getattr(before, f) != getattr(after, f)
    }
    assert changed == {kind.name}
    assert kind.phrase(step, str)
