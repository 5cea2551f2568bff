"""Slots of a block, and the steps that are dealt to them."""

from tests.sampling.answers import SPLIT
from tvrgen.sampling.slots import Form, Sample, Slots, place


def dealt(*steps):
    """Slots with these (kind, value, variant, objects)."""
    slots = Slots(SPLIT, len(steps))
    columns = (slots.kinds, slots.values, slots.variants, slots.objects)
    for column, own in zip(columns, zip(*steps, strict=True), strict=True):
        place(column, range(len(steps)), own)
    return slots


def test_kinds_that_take_objects_alike_have_one_form():
    forms = Slots(SPLIT, 0).forms
    assert forms["color"] == forms["position"] == forms["disappear"] == Form(1, False)
    assert forms["swap"] == Form(2, False)
    assert forms["next_to"] == forms["recolor_like"] == Form(2, True)
    assert forms["appear"].number == 0


def test_a_step_has_the_roles_of_its_variant_and_of_no_new_object_until_these_have_indices():
    slots = dealt(
        ("color", "red", "", (1,)), ("position", "left.1", "out", (2,)), ("appear", "small_red_glass_cube", "", ())
    )
    assert [str(slots.step(slot)) for slot in (0, 1)] == ["1.color.red", "2.position.left.1 (out)"]
    assert slots.step(2).roles == slots.step(2).objects == ()
    assert slots.step(2, (6,)).roles[0].is_new
    assert [slots.leaves(slot) for slot in range(3)] == [False, True, False]
    assert slots.of_kinds(("color", "appear")) == [0, 2]


def test_steps_that_take_an_object_out_of_sight_share_it_with_none():
    slots = dealt(("color", "red", "", (1,)), ("position", "left.1", "out", (2,)), ("size", "small", "", (1,)))
    assert slots.shared(Sample(objects=4, on_stage=3, slots=range(3))) == (2, [0, 2])
