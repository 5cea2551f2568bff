"""Exhibits of planned problems, and geometry written again from their records: where objects are, for a camera."""

import math
import os
from functools import lru_cache

import numpy as np

from tvrgen.config.loader import Config
from tvrgen.questions.exhibit import Exhibit
from tvrgen.sampling import sampler

PROBLEMS = int(os.environ.get("TVRGEN_TEST_PROBLEMS", 150))


@lru_cache(maxsize=4)
def config(families=("relation", "distance", "nearest", "pairs", "order"), fewest=4, twins=False, **cameras):
    return Config.from_dict(
        {
            "splits": {"train": {"count": PROBLEMS}},
            "sampling": {"objects": [fewest, 8], "on_stage": "all", "moves": ["inner", "out"], "twins": twins},
            "cameras": {"final": ["left", "right"]} | cameras,
            "questions": [{"family": "changes"}, *({"family": family} for family in families)],
        }
    )


@lru_cache(maxsize=4)
def exhibits(count=PROBLEMS, **settings):
    """The exhibits of some planned problems, two of each."""
    split = config(**settings).split("train")
    planned = [sampler.plan_problem(config(**settings), "train", k) for k in range(count)]
    return [Exhibit(own, view, split) for own in planned for view in own.problem.views]


@lru_cache(maxsize=2)
def answered(family, **settings):
    """(exhibit, subject, the right answer or None) of all subjects of a family."""
    found = []
    for exhibit in exhibits(**settings):
        own = exhibit.split.families[family]
        found += [(exhibit, subject, own.answer(exhibit, subject)) for subject in own.subjects(exhibit)]
    return found


@lru_cache(maxsize=10_000)
def metres(exhibit, image, k):
    """x and y of object k on the ground, in metres."""
    x, y = exhibit.images[image].state.objects[k].position
    unit = exhibit.split.vocabulary.grid.unit
    return np.array([x * unit, y * unit])


def radius(exhibit, image, k):
    return exhibit.split.vocabulary.sizes[exhibit.images[image].state.objects[k].size]


def apart(exhibit, image, a, b):
    """The distance of two middles in metres."""
    return math.dist(metres(exhibit, image, a), metres(exhibit, image, b))


def seen_from(camera, point, degrees=0.0):
    """(to the right, up, ahead) of a point in metres, for a camera that has gone so far to its right around (0, 0)."""
    turn = math.radians(degrees)
    around = np.array([[math.cos(turn), -math.sin(turn), 0], [math.sin(turn), math.cos(turn), 0], [0, 0, 1]])
    eye, target = around @ np.array(camera.location), around @ np.array(camera.look_at)
    ahead = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(ahead, [0, 0, 1])
    right /= np.linalg.norm(right)
    offset = np.array([*point[:2], point[2] if len(point) > 2 else 0.0]) - eye
    return float(offset @ right), float(offset @ np.cross(right, ahead)), float(offset @ ahead)


@lru_cache(maxsize=10_000)
def column(exhibit, image, k, degrees=0.0):
    """The column of the middle of object k, as a share of the image's width from its left edge."""
    camera = exhibit.images[image].camera
    right, _, ahead = seen_from(camera, [*metres(exhibit, image, k), radius(exhibit, image, k)], degrees)
    return 0.5 + camera.focal_length / camera.sensor_width * right / ahead


@lru_cache(maxsize=10_000)
def far(exhibit, image, k, degrees=0.0):
    """How far object k's middle on the ground is from the camera, in metres."""
    right, up, ahead = seen_from(exhibit.images[image].camera, metres(exhibit, image, k), degrees)
    return math.sqrt(right * right + up * up + ahead * ahead)
