"""Planned problems of all sorts, and all that a family asks of them, for tests that work the answers out again."""

import dataclasses
import math
import os
from functools import lru_cache

from tvrgen.config.loader import Config
from tvrgen.questions.exhibit import Exhibit
from tvrgen.sampling import mirror, sampler

FAMILIES = ("counting", "size_of", "viewpoint", "which_changed", "undo", "map")


PROBLEMS = int(os.environ.get("TVRGEN_TEST_PROBLEMS", 60))


@lru_cache(maxsize=8)
def split_of(objects=(6, 8), count=PROBLEMS, cameras=("left", "center", "right"), views="all", **sampling):
    """The split of a config whose problems have all their objects on stage, and images between the steps."""
    sampling = {name: [*value] if isinstance(value, tuple) else value for name, value in sampling.items()}
    document = {
        "splits": {"train": {"count": count}},
        "sampling": {"objects": [*objects], "on_stage": "all"} | sampling,
        "cameras": {"final": [*cameras], "views": views},
        "output": {"intermediate": True},
        "questions": [{"family": "changes", "twin": True}, *({"family": name} for name in FAMILIES)],
    }
    config = Config.from_dict(document)
    return config, config.split("train")


@lru_cache(maxsize=8)
def exhibits(**settings):
    """The exhibits of the first problems, one for each final view."""
    config, split = split_of(**settings)
    planned = [sampler.plan_problem(config, "train", k) for k in range(split.count)]
    return [Exhibit(own, view, split) for own in planned for view in own.problem.views]


@lru_cache(maxsize=16)
def cases(family, **settings):
    """(exhibit, subject, the right answer) of all that the family asks of the exhibits."""
    found = []
    for exhibit in exhibits(**settings):
        own = exhibit.split.families[family]
        answers = ((subject, own.answer(exhibit, subject)) for subject in own.subjects(exhibit))
        found += [(exhibit, subject, answered) for subject, answered in answers if answered]
    return found


def share_of_levels(family, **settings):
    """Level -> the share of exhibits in which it can be asked."""
    _, split = split_of(**settings)
    levels, all_exhibits = split.families[family].levels(split), exhibits(**settings)
    there = {(id(exhibit), answered.level) for exhibit, _, answered in cases(family, **settings)}
    assert {level for _, level in there} <= {*levels}
    return {level: sum((id(e), level) in there for e in all_exhibits) / len(all_exhibits) for level in levels}


def in_mirror(exhibit):
    """The exhibit of the mirrored problem."""
    split = mirror.of_split(exhibit.split)
    planned = mirror.planned(exhibit.planned, split)
    return Exhibit(planned, f"{exhibit.view}{mirror.MIRRORED}", split)


def fits(obj, words):
    """Whether all words of a name, such as "the red metal thing", are among an object's looks."""
    looks = {word for value in obj.looks for word in value.split("_")}
    return {*words.removeprefix("the ").split()} - {"thing"} <= looks


def fitting(exhibit, image, words):
    """The objects on stage in an image that a name fits."""
    shown = exhibit.images[image].state.objects
    return [k for k, obj in enumerate(shown) if on_stage(obj) and fits(obj, words)]


def on_stage(obj, half=20):
    return obj.present and -half <= obj.position[0] <= half and -half <= obj.position[1] <= half


def azimuth(camera):
    """Degrees from +x to +y of a camera around the point at which it looks."""
    x, y = (camera.location[k] - camera.look_at[k] for k in (0, 1))
    return math.degrees(math.atan2(y, x))


def facts(obj):
    """All that an image can show of an object."""
    return dataclasses.astuple(obj)
