"""Answers read: which ways of writing a change are tolerated, which have a fault, and that nothing raises."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvrgen.questions.forms.arities import Arity
from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.questions.forms.changes_text import normal

LOOKS = [("large", "red", "metal", "cube"), ("small", "gray", "rubber", "cube"), ("small", "gray", "metal", "cube")]
ARITIES = {
    "swap": Arity(objects=2, valued=False),
    "next_to": Arity(objects=2),
    "disappear": Arity(valued=False),
    "appear": Arity(objects=0),
}
"""Arities of kinds, so that the tests do not depend on which of them are built in."""


def said(text, looks=()):
    """[(index, attribute, value)] of a text, in normal forms."""
    return [(*objects, kind, value) for objects, kind, value in changes(text, looks)]


def changes(text, looks=(), arities=ARITIES):
    """[(objects, kind, value)] of a text, in normal forms."""
    answer = parse_answer(text, looks, arities)
    assert not answer.faults, answer.faults
    return [(s.objects, s.kind, normal(s.kind, s.value)) for s in answer.steps]


@pytest.mark.parametrize(
    "text",
    [
        "2.color.cyan, 4.position.front_left.1",
        "2.Color.Cyan; 4.POSITION.Front_Left.1",
        "(2, color, cyan), (4, position, front_left, 1)",
        "[(2, 'color', 'cyan'), (4, 'position', 'front_left.1')]",
        "2: color: cyan\n4: position: front-left 1",
        "2 color cyan, 4 position front left 1",
        "object 2.colour.cyan and object 4.position.front_left.1.",
        "1. 2.color.cyan\n2. 4.position.left_front.1",
        "- **2.color.cyan**\n- **4.position.forward left.1**",
        "change_color(2, 'cyan'), change_position(4, 'front_left_1')",
        'color(2, "cyan"); position(4, "front-left", 1)',
        "1. Object 2.color.cyan\n2. Object 4.position.front_left.1",
        "(1) 2.color.cyan\n(2) [4].position.front_left(1)",
        "Answer: 2.color: red -> cyan; object 4: position: front left 1 step",
        "Object 2: color changed from red to cyan, Object #4 position front-left 1",
        r"\boxed{2.color.cyan, 4.position.front\_left.1}",
        "change_color (2, 'cyan') and change_position(4, 'frontleft_1')",
        "```text\n2.color=>cyan\n4.position.left front.1\n```",
        '{"index": 2, "attribute": "color", "value": "cyan"}\n'
        '{"object": "object 4", "kind": "position", "value": "front_left.1"}',
        "{'index': 2, 'attribute': 'color', 'value': 'cyan'}, {'index': 4, 'attribute': 'position', "
        "'value': 'front_left.1'}",
        '```json\n[{"index": 2, "attribute": "color", "value": "cyan"}, '
        '{"index": 4, "attribute": "position", "value": "front_left.1"}]\n```',
        "2 -> color -> cyan, 4 -> position -> front_left.1",
        '[{"index": 2, "attribute": "color", "value": "cyan"}, '
        '{"index": 4, "attribute": "position", "value": "front_left.1"}]',
        '{"changes": [[2, "color", "cyan"], [4, "position", ["front-left", 1]]]}',
        '["2.color.cyan", "4.position.front_left.1"]',
        '```json\n[[2, "color", "cyan"], [4, "position", "front_left.1"]]\n```',
        "change_color(object_id=2, value='cyan'), change_position(4, new_value='front_left_1')",
        r"\boxed{2.\text{color}.\text{cyan}, 4.\text{position}.\text{front\_left}.1}",
        r"\texttt{2.color.cyan}, $\text{4.position.front\_left.1}$",
        "| object | attribute | value |\n|---|:--:|---|\n| 2 | color | cyan |\n| 4 | position | front_left.1 |",
        "The final answer is 2.color.cyan, object_4.position.front_left.1",
        "| 2 | color | cyan |\n| 4 | position | front_left.1 |",
        '{"changes": [{"object_id": 2, "attribute": "color", "from": "red", "to": "cyan", "reason": "it was red"}, '
        '{"id": 4, "attribute": "position", "new_value": {"direction": "front_left", "distance": 1}}], '
        '"explanation": "both are plain to see"}',
    ],
)
def test_ways_of_writing_the_same(text):
    assert sorted(said(text)) == [(2, "color", "cyan"), (4, "position", "front_left_1")]


@pytest.mark.parametrize(
    "text",
    [
        "no change",
        "No change.",
        "nothing changed",
        "none",
        "[]",
        " no changes ",
        "No change!",
        "no-change",
        "There is no change.",
        "unchanged",
        "There is no change in the scene.",
        "No changes were found",
        "The answer is no change.",
        "Nothing changed between the two images.",
    ],
)
def test_nothing_is_said_plainly(text):
    assert said(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "?",
        "[[[[",
        "{}",
        "2.color",
        "color.cyan",
        "not 2.color.cyan",
        "2.color.cyan or 2.color.red",
        "no change, 2.color.red",
        "2.color.cyan (or maybe red)",
        "2.color.dark red",
        "<answer>2.color.cyan",
        "NaN",
        "null",
        '{"index": 2, "attribute": "color"}',
        '[[true, "color", "cyan"]]',
        '[[-1, "color", "cyan"]]',
        "两个物体变了",
        "print('2')",
        "~~2.color.cyan~~",
        "!2.color.cyan",
        "¬2.color.cyan",
        "2.color.cyan ❌",
        "2.color.cyan\u0336",
        "4.position.front.1+",
        "4.position.front.1°",
        "[0x" + "f" * 4000 + ", 'color', 'cyan']",
        "[2, 'color', 0x" + "f" * 4000 + "]",
        "{'a': 0b" + "1" * 15000 + "}",
        "[" * 900 + "]" * 900,
        "2.color.cyan?",
        "2.color.cyan / 2.color.red",
        "2.color.cyan | 2.color.red",
        "| 2.color.cyan | or | 2.color.red |",
        "| object | attribute |\n|---|---|\n| not 2 | color.cyan |",
        "| unchanged object | attribute | value |\n|---|---|---|\n| 2 | color | cyan |",
        "| index | attribute | old value |\n|---|---|---|\n| 2 | color | cyan |",
        "| no change |\n|-|\n| 2 | color | cyan |",
        "2.color not to cyan",
        "Object 2: color changed not to cyan",
        "2: color maybe -> cyan",
        "2: color probably to cyan",
        "color(2, never->cyan)",
        "2.position.not to front.1",
        "2.position.behind->front.1",
        "2.position.front -1",
        '["no change", "2.color.cyan"]',
        '{"changes": ["2.color.cyan", "none"]}',
        '{"index": 2, "attribute": "color", "value": "red", "value": "cyan"}',
        '{"changes": [[2, "color", "red"]], "changes": [[2, "color", "cyan"]]}',
        "{'index': 2, 'attribute': 'color', 'value': 'red', 'value': 'cyan'}",
        "[(2, 'color', 'cyan')] # not sure",
        '{"reason": "nothing differs"}',
        '{"index": 2, "attribute": "color", "value": "cyan", "new_value": "red"}',
        '{"index": 2, "attribute": "color", "value": {"direction": "left", "distance": 1, "or": 2}}',
        '{"changes": [], "maybe": [[2, "color", "cyan"]]}',
        '{"changes": [[2, "color", "cyan"]], "note": "or maybe red"}',
        "index: 2, attribute: color, value: cyan",
        "large red metal cube.color.cyan",
    ],
)
def test_what_is_not_plainly_an_answer_has_a_fault(text):
    assert parse_answer(text).faults


def test_the_index_of_the_next_change_is_no_distance():
    assert said("4 position front_left, 2 color red") == [(4, "position", "front_left"), (2, "color", "red")]
    assert said("4.position.front_left 2.color.red") == [(4, "position", "front_left"), (2, "color", "red")]


def test_signs_tell_values_apart():
    assert normal("rotation", "-45") != normal("rotation", "45") != normal("rotation", "+45")
    assert said("2.rotation.-45, 3.rotation.+45") == [(2, "rotation", "-45"), (3, "rotation", "+45")]


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("large red metal cube.color.cyan", 0),
        ("The red cube: color: cyan", 0),
        ("small grey rubber cube.color.cyan", 1),
        ("rubber cube.color.cyan", 1),
        ("1. rubber cube.color.cyan", 1),
        ("(large red metal cube).color.cyan", 0),
        ("then [the rubber cube] -> color -> cyan", 1),
        ("large_red_metal_cube.color.cyan", 0),
        ("- the small gray rubber cube.color: gray -> cyan", 1),
        ('[{"object": "large red metal cube", "attribute": "color", "value": "cyan"}]', 0),
    ],
)
def test_objects_are_found_by_what_no_other_has(text, index):
    assert said(text, LOOKS) == [(index, "color", "cyan")]


@pytest.mark.parametrize(
    "text", ["1.color.cyan", "gray cube.color.cyan", "blue cube.color.cyan", "cube.color.cyan", "red cube.color"]
)
def test_objects_that_cannot_be_told_have_a_fault(text):
    assert parse_answer(text, LOOKS).faults


@pytest.mark.parametrize(
    "text",
    [
        "2+5.swap, 2+5.next_to.left, 3.disappear",
        "2 + 5 . swap; 2 + 5 . next_to . left; 3 . disappear",
        "object 2 + object 5.swap and #2 + #5: next_to: left and 3 -> disappear.",
        "swap(2, 5), next_to(2, 5, left), disappear(3)",
        "change_swap(2, 5), change_next_to(2, 5, 'left'), change_disappear(3)",
        "change_swap(2+5), change_next_to(2 + 5, value='left'), change_disappear(object_id=3)",
        "- [2]+[5].swap\n- 2+5.next_to.left\n- 3.disappear",
        "1. swap(2, 5)\n2. next_to(2, 5, left)\n3. disappear(3)",
        "2+5.swap 2+5.next_to.left 3.disappear",
        "| objects | change | value |\n|-|-|-|\n| 2+5 | swap | |\n| 2+5 | next_to | left |\n| 3 | disappear | - |",
        '[{"objects": [2, 5], "attribute": "swap"}, {"objects": [2, 5], "attribute": "next_to", "value": "left"}, '
        '{"index": 3, "attribute": "disappear"}]',
        '[{"objects": "2+5", "kind": "swap", "value": null}, {"index": [2, 5], "kind": "next_to", "to": "left"}, '
        '{"object": 3, "kind": "disappear", "value": ""}]',
        '[[[2, 5], "swap"], [[2, 5], "next_to", "left"], [3, "disappear"]]',
        "[((2, 5), 'swap'), ('2+5', 'next_to', 'left'), (3, 'disappear', None)]".replace("None", "''"),
        '["2+5.swap", "2+5.next_to.left", "3.disappear"]',
        '{"changes": [[["2", "object 5"], "swap"], [[2, 5], "next_to", "left"], "disappear(3)"]}',
    ],
)
def test_changes_name_any_number_of_objects(text):
    assert changes(text) == [((2, 5), "swap", ""), ((2, 5), "next_to", "left"), ((3,), "disappear", "")]


@pytest.mark.parametrize(
    "text",
    [
        "new.appear.small_red_metal_cube, 2.color.cyan",
        "New : appear : small_red_metal_cube; 2: color: cyan",
        "change_appear('small_red_metal_cube'), change_color(2, 'cyan')",
        "appear(small_red_metal_cube) color(2, cyan)",
        "1. new.appear.small_red_metal_cube\n2. 2.color.cyan",
        '[["new", "appear", "small_red_metal_cube"], [2, "color", "cyan"]]',
        '[{"attribute": "appear", "value": "small red metal cube"}, {"index": 2, "attribute": "color", "to": "cyan"}]',
        '[{"objects": [], "attribute": "appear", "value": ["small", "red", "metal", "cube"]}, "2.color.cyan"]',
        '[{"object": null, "kind": "appear", "value": "small-red-metal-cube"}, "2.color.cyan"]',
    ],
)
def test_an_object_that_the_first_image_has_not_is_new(text):
    assert changes(text) == [((), "appear", "small_red_metal_cube"), ((2,), "color", "cyan")]


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ('[[2, 5], "swap"]', [((2, 5), "swap", "")]),
        ('[[2, 5], "next_to", "left"]', [((2, 5), "next_to", "left")]),
        ('["new", "appear", "cube"]', [((), "appear", "cube")]),
        ('[3, "disappear"]', [((3,), "disappear", "")]),
        ('{"objects": [2, 5], "attribute": "swap"}', [((2, 5), "swap", "")]),
        ("5+2.swap", [((5, 2), "swap", "")]),
        ("2.swap 5.color.red", [((2,), "swap", ""), ((5,), "color", "red")]),
        ("2+5.swap, 3.color.red", [((2, 5), "swap", ""), ((3,), "color", "red")]),
        ("2+5.swap.left", [((2, 5), "swap", "left")]),
        ("1+2+3+4.color.red", [((1, 2, 3, 4), "color", "red")]),
        ("4.replace.red_metal", [((4,), "replace", "red_metal")]),
        ("4.position.front left, 2+5.swap", [((4,), "position", "front_left"), ((2, 5), "swap", "")]),
        ("4.position.front left, 2 + 5.swap", [((4,), "position", "front_left"), ((2, 5), "swap", "")]),
        ("4 position left 2 disappear", [((4,), "position", "left"), ((2,), "disappear", "")]),
        ("3.disappear 2.position.left.1", [((3,), "disappear", ""), ((2,), "position", "left_1")]),
    ],
)
def test_what_belongs_to_which_change(text, due):
    assert changes(text) == due


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("large red metal cube + small gray rubber cube.swap", [((0, 1), "swap", "")]),
        ("the red cube + the rubber cube: swap", [((0, 1), "swap", "")]),
        ("(red cube) + (rubber cube).next_to.left", [((0, 1), "next_to", "left")]),
        ("red cube+rubber cube.swap", [((0, 1), "swap", "")]),
        ("rubber cube.disappear, red cube.color.cyan", [((1,), "disappear", ""), ((0,), "color", "cyan")]),
        ("- new.appear.small_red_metal_cube", [((), "appear", "small_red_metal_cube")]),
        ('[[["red cube", "rubber cube"], "swap"]]', [((0, 1), "swap", "")]),
        ('[["red cube + rubber cube", "next_to", "left"]]', [((0, 1), "next_to", "left")]),
    ],
)
def test_several_objects_by_their_looks(text, due):
    assert changes(text, LOOKS) == due


@pytest.mark.parametrize(
    "text",
    [
        "2+5.color",
        "2+2.swap",
        "2+5.swap or not",
        "2+5+.swap",
        "2-5.swap",
        "2 and 5.swap",
        "next_to(2, 5)",
        "appear(2)",
        "new.color.red",
        "color(cyan)",
        "3.vanish",
        "[3, 'vanish']",
        '{"objects": [2, 2], "attribute": "swap"}',
        '{"objects": [], "attribute": "swap"}',
        '{"objects": [2, null], "attribute": "swap"}',
        '{"objects": [2, 5], "attribute": "swap", "with": 7}',
        '{"attribute": "color", "value": "red"}',
        '{"index": 2, "attribute": "color", "value": null}',
    ],
)
def test_what_is_no_change_of_any_arity_has_a_fault(text):
    assert parse_answer(text, (), ARITIES).faults


def test_arities_are_those_of_the_question():
    """A kind that is not built in has one object and a value unless the question knows better."""
    assert changes("spin(2, 5, 90)", arities={"spin": Arity(objects=2)}) == [((2, 5), "spin", "90")]
    assert changes("spin(2, 90)", arities={}) == [((2,), "spin", "90")]
    assert changes("2.color, 3.color", arities={"color": Arity(valued=False)}) == [
        ((2,), "color", ""),
        ((3,), "color", ""),
    ]


_PIECES = ["2", "color", ".", ",", " ", "cyan", "(", ")", "[", "{", '"', "'", "position", "front", "left", "_", "1"]
_PIECES += [
    "change_",
    "no change",
    "<answer>",
    "</answer>",
    "\n",
    "-",
    "red cube",
    "+",
    "swap",
    "new",
    "appear",
    ":",
    "or",
    "é",
    "日本",
    "\0",
    "9" * 50,
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(_PIECES), max_size=40).map("".join)))
def test_any_text_is_read_without_an_exception(text):
    for looks in ((), LOOKS):
        answer = parse_answer(text, looks, ARITIES)
        assert all(isinstance(k, int) for s in answer.steps for k in s.objects)
        assert all(s.objects or s.kind == "appear" for s in answer.steps)
        assert all(s.kind and (s.value or s.kind in ("swap", "disappear")) for s in answer.steps)
        assert all("\n" not in fault for fault in answer.faults)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["objects", "kind", "value"]), inner),
)


@given(_JSON)
def test_any_json_is_read_without_an_exception(data):
    parse_answer(json.dumps(data), (), ARITIES)
