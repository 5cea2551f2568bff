"""Sizes in the image and in the world: held against pixels that are counted again, and against the vocabulary."""

import dataclasses
from collections import Counter

import numpy as np
import pytest

from tests.questions.families.cases import cases, exhibits, fitting, in_mirror, share_of_levels, split_of
from tvrgen.imaging.visibility import Eye

pytestmark = pytest.mark.rays

RADII = {"large": 0.9, "medium": 0.6, "small": 0.3}


def counted(exhibit, image):
    """The visible pixels of each object, counted in a map of the image."""
    shot = exhibit.images[image]
    shown = Eye(exhibit.split.vocabulary).index_map(shot.state, shot.view)
    return np.bincount(shown.ravel(), minlength=1 + len(shot.state.objects))[1:]


def test_answers_by_pixels_and_radii():
    pixels, seen = {}, Counter()
    for exhibit, subject, answered in cases("size_of"):
        (image,), pair, (where,) = subject
        if (id(exhibit), image) not in pixels:
            pixels[id(exhibit), image] = counted(exhibit, image)
        names = exhibit.split.families["size_of"].among(exhibit, subject)
        assert [fitting(exhibit, image, name) for name in names[:2]] == [[k] for k in pair]
        objects = [exhibit.images[image].state[k] for k in pair]
        shown = [int(pixels[id(exhibit), image][k]) for k in pair]
        assert min(shown) >= 150
        values = {"image": shown, "world": [RADII[obj.size] for obj in objects]}[where]
        seen[answered.level] += 1
        if answered.value == "the same size":
            assert where == "world"
            assert objects[0].size == objects[1].size
            assert objects[0].shape == objects[1].shape
            assert max(shown) >= 1.25 * min(shown)
        else:
            right = names.index(answered.value)
            assert values[right] >= 1.25 * values[1 - right]
            assert answered.level.endswith(("first", "second")[right])
        if where == "image":
            larger = RADII[objects[right].size] > RADII[objects[1 - right].size]
            assert answered.level.startswith("image.larger." if larger else "image.not.")
    assert min(seen.values()) >= 20
    assert sum(seen.values()) > 2000


def test_the_reason_is_what_is_asked():
    """Of the world, the sizes; of the image, which of both covers more of it."""
    for exhibit, subject, answered in cases("size_of"):
        (image,), pair, (where,) = subject
        *_, last = exhibit.split.families["size_of"].rationale(exhibit, subject, answered)
        one, other = (exhibit.images[image].state[k].size for k in pair)
        if where == "image":
            assert "takes up more of the image than" in last.text
        elif one == other:
            assert last.text.endswith(f"both are {one}.")
        else:
            assert last.text.endswith(f" is {other}.")
            assert f" is {one} and " in last.text


def test_what_is_asked_tells_neither_sizes_nor_shapes():
    for exhibit, subject, _ in cases("size_of"):
        words = exhibit.split.families["size_of"].words(exhibit, subject)
        told = f"{words['one']} {words['other']}".split()
        assert not {*told} & {"large", "medium", "small", "cube", "sphere", "cylinder", "cubes"}


def test_a_small_thing_that_looks_large_is_asked_of_where_there_is_one():
    trapped = 0
    for exhibit in exhibits():
        for image in (exhibit.first, exhibit.second):
            own = [
                (subject, answered)
                for e, subject, answered in cases("size_of")
                if e is exhibit and subject.images == (image,) and subject.about == ("world",)
            ]
            unequal = [(subject.objects, answered) for subject, answered in own if answered.value != "the same size"]
            pixels = [sight.pixels for sight in exhibit.images[image].seen]
            traps = [
                max(pair, key=lambda k: RADII[exhibit.images[image].state[k].size])
                for pair, _ in unequal
                if _looks_no_larger(exhibit, image, pair, pixels)
            ]
            assert len(traps) in (0, len(unequal))
            trapped += bool(traps)
    assert trapped > 20


def _looks_no_larger(exhibit, image, pair, pixels):
    larger, smaller = sorted(pair, key=lambda k: -RADII[exhibit.images[image].state[k].size])
    return pixels[larger] < 1.25 * pixels[smaller]


def test_levels_are_possible():
    shares = share_of_levels("size_of")
    assert min(shares.values()) > 0.6, shares
    assert shares["world.first"] == shares["world.second"]


def test_a_mirror_changes_nothing():
    for exhibit in exhibits()[:20]:
        mirrored, family = in_mirror(exhibit), exhibit.split.families["size_of"]
        for subject in [*family.subjects(exhibit)][::7]:
            assert family.answer(exhibit, subject) == family.answer(mirrored, family.mirror(mirrored, subject))


def test_sizes_that_hardly_differ_are_refused():
    _, split = split_of()
    family, words = split.families["size_of"], split.vocabulary
    for sizes, lacks in (({"large": 0.9, "small": 0.6}, False), ({"large": 0.7, "small": 0.6}, True), ({"m": 1}, True)):
        own = dataclasses.replace(split, vocabulary=dataclasses.replace(words, sizes=sizes))
        assert bool(family.lacks(own)) is lacks
    assert family.lacks(own) == "two sizes of which one is 1.25 times the other; add one to vocabulary.sizes"
