"""Footprints: the gap between two objects."""

from tests.tiny import load, with_object
from tvrgen.scene import footprints
from tvrgen.scene.model import Object, State


def test_crowding_starts_at_the_gap():
    words = load().vocabulary
    two = [
        Object(shape="cube", size="medium", color=c, material="metal", position=(0, 0), rotation=0.0)
        for c in ("red", "blue")
    ]
    # radii 0.6 + 0.6 m and a gap of 0.15 m are 9 units of 0.15 m
    apart = with_object(State(objects=tuple(two)), 1, position=(0, 9))
    assert footprints.crowded(apart, words) is None
    assert footprints.crowded(with_object(apart, 1, position=(0, 8)), words) == (0, 1)
    assert footprints.crowded(with_object(apart, 1, size="large"), words) == (0, 1)
