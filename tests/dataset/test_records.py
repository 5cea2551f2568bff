"""Records: schemas, and the way there and back."""

import dataclasses
import json
import math
import re

import numpy as np
import pytest

from tests import swapping
from tests.tiny import SHIPPED, handmade, load, question_lines, scene_line
from tvrgen._support.errors import UserError
from tvrgen._support.rng import generator
from tvrgen.config import loader
from tvrgen.dataset import records, upgrade
from tvrgen.questions import asking, prompts
from tvrgen.questions.forms import arities
from tvrgen.questions.forms.arities import Arity
from tvrgen.scene.model import State
from tvrgen.scoring import ground_truth, star_r1_reward, truth_of
from tvrgen.transformations import replay
from tvrgen.transformations.base import Step

CONFIG = load()
SPLIT = CONFIG.split("train")
PLANNED = handmade(CONFIG, SPLIT, 0)


def asked(initial, split=SPLIT) -> str:
    return prompts.prompt(generator(1), initial, split, split.questions[0].prompt)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.rays
def test_lines_fit_their_schemas_and_come_back(name):
    config = loader.load(name)
    for split in config.splits.values():
        for index in range(min(3, split.count)):
            planned = asking.plan_problem(config, split.name, index)
            line = json.loads(records.dump(scene_line(planned, split)))
            records.check(line, "scene", "line")
            problem = records.problem_from(line, split.vocabulary)
            assert problem == planned.problem
            states = replay.replay(problem.initial, problem.steps, split.kinds, split.vocabulary)
            assert states[-1] == records.state_from(line["final"], split.vocabulary) == planned.states[-1]
            for asked in question_lines(planned, split, 0):
                records.check(asked, "question", "line")


def test_a_handmade_problem_comes_back():
    line = json.loads(records.dump(scene_line(PLANNED, SPLIT)))
    records.check(line, "scene", "line")
    assert records.problem_from(line, SPLIT.vocabulary) == PLANNED.problem
    assert line["id"] == "train-000000"
    assert line["steps"][1] == {
        "objects": [2],
        "object": 2,
        "kind": "position",
        "value": "front.1",
        "roles": [{"before": "seen", "after": "unseen"}],
        "differences": [{"object": 2, "before": {"position": [20, 0]}, "after": {"position": [30, 0]}}],
        "accepted": ["front.1", "front.2", "front_left.1", "front_left.2", "front_right.1", "front_right.2"],
    }


@pytest.fixture(scope="module")
def swapped() -> dict[str, dict]:
    """The lines of a problem in which two objects change places; kind of line -> line."""
    config = load(*swapping.OVERRIDES)
    split = config.split("train")
    planned = swapping.swapped(config, split, 0)
    lines = {"scene": scene_line(planned, split), "question": question_lines(planned, split, 0)[0]}
    return {kind: json.loads(records.dump(line)) for kind, line in lines.items()}


def test_a_step_of_two_objects_comes_back(swapped):
    for kind, line in swapped.items():
        records.check(line, kind, "line")
    assert records.steps_from(swapped["scene"]) == (
        Step(objects=(1, 0), kind="exchange"),
        Step(objects=(0,), kind="color", value="blue"),
    )
    here, there = {"position": [-10, -10]}, {"position": [5, 12]}
    assert swapped["scene"]["steps"][:1] == [
        {
            "objects": [1, 0],
            "kind": "exchange",
            "value": "",
            "roles": 2 * [{"before": "seen", "after": "seen"}],
            "differences": [
                {"object": 0, "before": here, "after": there},
                {"object": 1, "before": there, "after": here},
            ],
            "accepted": [{"objects": [1, 0], "value": ""}],
        }
    ]
    both = [{"objects": objects, "value": ""} for objects in ([1, 0], [0, 1])]
    change = {"objects": [1, 0], "attribute": "exchange", "value": "", "accepted": both}
    assert swapped["question"]["changes"][:1] == [change]
    assert swapped["question"]["answer"] == "1+0.exchange, 0.color.blue"


def test_a_question_declares_the_arities_of_users_kinds(swapped):
    """Those of one object and a value need no declaration, nor do built-in kinds.

    As object 0 takes another color, too, the question says that an exchange changes none, which is seen in its step.
    """
    question = swapped["question"]
    assert question["arities"] == {"exchange": {"objects": 2, "valued": False, "fields": ["position"]}}
    reward = star_r1_reward("<think></think><answer>2+1.exchange, 0.color.blue</answer>", ground_truth(question))
    assert not reward.faults
    config = load("sampling.kinds=[color, swap, appear, tests.transformations.kinds:Beside]", "sampling.steps=1")
    kinds = config.split("train").kinds.values()
    assert arities.unknown(kinds) == {"beside": Arity(objects=2)}
    assert "arities" not in upgrade.written(
        {**question, "changes": [{"index": 0, "objects": [0], "attribute": "color", "value": "blue", "accepted": []}]},
        "question",
        1,
    )


def test_ways_of_other_kinds_and_other_answers_are_recorded():
    """An object that leaves, by a kind that takes it away as well, and two steps for one."""
    own = ", ".join(f"tests.transformations.kinds:{name}" for name in ("Appear", "Disappear"))
    config = load(f"sampling.kinds=[color, position, {own}]", "sampling.steps=2")
    split = config.split("train")
    planned = handmade(config, split, 0)
    gone, new = Step(objects=(2,), kind="disappear"), Step(objects=(3,), kind="appear", value="red")
    other = ((gone,), (planned.accepted[0][0], new))
    planned = dataclasses.replace(
        planned, accepted=(planned.accepted[0], (*planned.accepted[1], gone)), alternatives=(other,)
    )
    scene, question = scene_line(planned, split), question_lines(planned, split, 0)[0]
    records.check(scene, "scene", "line")
    records.check(question, "question", "line")
    entry = {"objects": [2], "attribute": "disappear", "value": ""}
    assert scene["steps"][1]["accepted"][-1] == question["changes"][1]["accepted"][-1] == entry
    first, second = question["alternatives"][0]
    assert first == {"objects": [2], "index": 2, "attribute": "disappear", "value": "", "accepted": [""]}
    assert second["accepted"] == ["blue", {"objects": [], "attribute": "appear", "value": "red"}]
    truth = truth_of(question)
    assert star_r1_reward("<think></think><answer>2.disappear, 0.color.blue</answer>", truth).correct
    assert star_r1_reward("<think></think><answer>2.disappear, new.appear.red</answer>", truth).correct
    for line, kind in ((scene, "scene"), (question, "question")):
        with pytest.raises(UserError, match="cannot hold"):
            upgrade.written(line, kind, 1)


CONTRADICTIONS = [
    ("scene", {"objects": [1, 7]}, "steps[0].objects: names 7; there are 3 objects"),
    ("scene", {"objects": [1, 1]}, "steps[0].objects: lists an entry twice"),
    ("scene", {"object": 1}, "steps[0].object: is not the single one of its objects"),
    ("scene", {"objects": [1]}, "steps[0].object: is not the single one of its objects"),
    ("scene", {"roles": []}, "steps[0].roles: has 0 entries; expected 2"),
    ("scene", {"roles": [{"before": "hidden", "after": "seen"}]}, "roles[0].before: unknown value 'hidden'"),
    ("scene", {"differences": []}, "steps[0].differences: has 0 entries"),
    ("scene", {"differences": [{"object": 3, "before": {"a": 1}, "after": {"a": 2}}]}, "object 3; there are 3 objects"),
    ("scene", {"differences": [{"object": 0, "before": {"a": 1}, "after": {"b": 1}}]}, "differ in their keys"),
    ("scene", {"accepted": ["left"]}, "steps[0].accepted: holds 'left'; expected objects and value"),
    ("scene", {"accepted": [{"objects": [0, 9], "value": ""}]}, "accepted: names an object beyond the 3"),
    ("question", {"index": 1}, "changes[0].index: is not the single one of its objects"),
    ("question", {"objects": [1, 7]}, "changes[0].objects: names 7"),
    ("question", {"accepted": [{"objects": [0, 1], "value": ""}]}, "changes[0].accepted: lacks the value itself"),
    ("question", {"accepted": [""]}, "changes[0].accepted: holds ''; expected objects and value"),
]


@pytest.mark.parametrize(("kind", "damage", "message"), CONTRADICTIONS, ids=range(len(CONTRADICTIONS)))
def test_a_step_that_contradicts_itself_is_named(kind, damage, message, swapped):
    step = swapped[kind]["steps" if kind == "scene" else "changes"][0]
    line = swapped[kind] | {"steps" if kind == "scene" else "changes": [step | damage]}
    with pytest.raises(UserError) as caught:
        records.check(line, kind, "line")
    assert message in str(caught.value)


def test_alternatives_are_answers_too(swapped):
    moves = [
        {"objects": [k], "index": k, "attribute": "position", "value": v, "accepted": [v]}
        for k, v in ((0, "behind.1"), (1, "front.1"))
    ]
    records.check(swapped["question"] | {"alternatives": [moves]}, "question", "line")
    for own, message in (
        ([], "alternatives: has 0 entries"),
        ([[moves[0] | {"index": 2}]], "alternatives[0][0].index"),
    ):
        with pytest.raises(UserError, match=re.escape(message)):
            records.check(swapped["question"] | {"alternatives": own}, "question", "line")


def test_a_question_has_what_users_rely_on():
    line = question_lines(PLANNED, SPLIT, 0)[0]
    assert line["id"] == "train-000000-left"
    assert line["images"] == ["images/000000-initial-center.png", "images/000000-final-left.png"]
    assert line["answer"] == "0.color.blue, 2.position.front.1"
    first = {"objects": [0], "index": 0, "attribute": "color", "value": "blue", "accepted": ["blue"]}
    assert line["changes"][0] == first
    assert line["changes"][1]["accepted"][0] == "front.1"
    assert "front_left.2" in line["changes"][1]["accepted"]
    assert line["view"] == {"initial": "center", "final": "left"}


def test_a_prompt_lists_the_objects_the_values_and_the_form():
    text = asked(PLANNED.problem.initial)
    assert "0: large red rubber cube\n" in text
    assert "(out of sight)" not in text
    for kind in SPLIT.kinds.values():
        for value in kind.values(SPLIT.vocabulary):
            assert value in text
    for part in ("<think>", "<answer>", "no change", "first image"):
        assert part in text
    assert "[" not in text  # no positions
    away = replay.replay(PLANNED.problem.initial, PLANNED.problem.steps, SPLIT.kinds, SPLIT.vocabulary)[-1]
    assert "2: medium gray metal cylinder (out of sight)\n" in asked(away)


def test_a_prompt_says_whose_directions_they_are():
    text = asked(PLANNED.problem.initial)
    assert "front is towards that viewer, behind is away" in text
    alone = State(objects=PLANNED.problem.initial.objects[:1])
    example = asked(alone).split("such as <answer>")[1].split("<")[0]
    assert {change.split(".")[0] for change in example.split(", ")} == {"0"}


def test_recorded_matrices_project_as_the_camera_stands():
    """From location, look_at and lens alone, by code of its own: the target is in the middle, and depths are right."""
    config = load("render.width=300", "render.height=100")
    split = config.split("train")
    for camera in scene_line(handmade(config, split, 0), split)["cameras"].values():
        intrinsics, extrinsics = np.array(camera["intrinsics"]), np.array(camera["world_to_camera"])
        assert intrinsics[0, 0] == intrinsics[1, 1] == pytest.approx(300 * 35 / 32)
        x, y, z = intrinsics @ (extrinsics @ [*camera["look_at"], 1])[:3]
        assert (x / z, y / z) == pytest.approx((150, 50), abs=1e-3)
        assert z == pytest.approx(math.dist(camera["location"], camera["look_at"]), abs=1e-4)


def test_a_prompt_speaks_of_moves_only_where_there_are_any():
    split = load("sampling.kinds=[color]", "sampling.steps=1").split("train")
    assert "direction.distance" not in asked(PLANNED.problem.initial, split)


@pytest.mark.parametrize(
    ("schema", "damage"),
    [
        ("scene", {"steps": [{"object": 0}]}),
        ("scene", {"extra": 1}),
        ("scene", {"id": "train-42"}),
        ("question", {"images": ["one.png"]}),
        ("question", {"answer": None}),
        ("question", {"changes": [{"index": -1, "attribute": "color", "value": "red"}]}),
    ],
)
def test_damaged_lines_do_not_fit(schema, damage):
    line = scene_line(PLANNED, SPLIT) if schema == "scene" else question_lines(PLANNED, SPLIT, 0)[0]
    with pytest.raises(UserError, match="where"):
        records.check(line | damage, schema, "where")
