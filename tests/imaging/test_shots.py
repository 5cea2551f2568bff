"""Shots: names, which of them are intermediate, and sights that are not computed."""

import pytest

from tests.imaging.meshes import VIEWS, alone
from tvrgen.imaging.shots import Shot
from tvrgen.imaging.visibility import NOTHING


def shot(when: str, **changes) -> Shot:
    return Shot(when=when, state=alone("cube"), view=VIEWS["left"], lights=(), **changes)


def test_each_moment_has_a_name_of_its_own():
    assert [shot(when).name for when in ("initial", "step1", "final")] == ["initial-left", "step1-left", "final-left"]
    assert [shot(when).intermediate for when in ("initial", "step1", "step2", "final")] == [False, True, True, False]


def test_sights_are_given_once_they_are_computed():
    assert shot("final", sights=(NOTHING,)).seen == (NOTHING,)
    with pytest.raises(ValueError, match="final-left: its sights are not computed"):
        _ = shot("final").seen
