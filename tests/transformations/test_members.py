"""Members of a kind, as configs and the check look at them: each fault by itself."""

import pytest

from tests.tiny import load
from tvrgen.questions.forms.changes_text import normal
from tvrgen.transformations import members
from tvrgen.transformations.base import Role, Transformation

CONFIG = load()
WORDS = CONFIG.vocabulary


class Sound(Transformation):
    name = "sound"
    roles = (Role(),)

    def values(self, vocabulary):
        return ("up", "down")


def kind(**changes):
    return type("Changed", (Sound,), changes)()


def faults(own, member):
    return [*members.checks(own, WORDS, normal)[member]()]


def test_a_sound_kind_has_none():
    checks = members.checks(Sound(), WORDS, normal)
    assert {name: [*check()] for name, check in checks.items()} == {name: [] for name in checks}
    assert [*members.of_variants(Sound(), CONFIG.split("train").sampling)] == []


@pytest.mark.parametrize(
    ("member", "changes", "says"),
    [
        ("name", {"name": "two words"}, "write letters, digits and underscores"),
        ("ordered", {"ordered": "yes"}, "is 'yes'; write True or False"),
        ("cumulative", {"cumulative": 1}, "write True or False"),
        ("words", {"words": lambda self, vocabulary: "one\ntwo"}, "return one line"),
        ("roles", {"roles": ()}, "is empty; a step names one object at least"),
        ("roles", {"roles": (Role(before="sen"),)}, "has 'sen'; did you mean 'seen'?"),
        ("roles", {"roles": [Role()]}, "write a tuple with a Role for each object"),
        ("roles", {"roles": (Role("absent", "absent"),)}, "no image would show the change"),
    ],
)
def test_each_fault_is_named(member, changes, says):
    found = faults(kind(**changes), member)
    assert any(says in text for text in found), found


@pytest.mark.parametrize(
    ("ways", "says"),
    [
        ({1: (Role("seen", "unseen"),)}, "has the name 1; write a text"),
        ({"both": (Role(), Role())}, "of 'both': are of 2 objects; expected 1"),
        ({"none": ()}, "of 'none': is empty"),
    ],
)
def test_faults_of_variants(ways, says):
    own = kind(variants=lambda self, sampling: ways)
    found = [*members.of_variants(own, CONFIG.split("train").sampling)]
    assert any(says in text for text in found), found
