"""Objects and states: what is replaced, and what stays."""

import dataclasses

import pytest

from tvrgen.scene.attributes import SHIPPED
from tvrgen.scene.model import Object, State

TEXTURE = next(iter(SHIPPED.values()))
OTHERS = {
    "shape": "sphere", "size": "small", "color": "blue", "material": "glass", "position": (3, 4), "rotation": 30.0,
    "further": ((TEXTURE, "a"),), "present": False,
}  # fmt: skip
ONE = Object(
    shape="cube", size="large", color="red", material="metal", position=(1, 2), rotation=5.0, further=((TEXTURE, "b"),)
)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Object)])
def test_an_object_keeps_every_field_but_the_replaced_one(name):
    changed = ONE.replace(**{name: OTHERS[name]})
    assert changed != ONE
    assert changed == dataclasses.replace(ONE, **{name: OTHERS[name]})


def test_a_further_attribute_is_replaced_by_its_name():
    assert ONE.replace(**{TEXTURE.name: "c"}) == ONE.replace(further=((TEXTURE, "c"),))
    assert State(objects=(ONE, ONE)).replace(1, color="blue").objects == (ONE, ONE.replace(color="blue"))


def test_an_object_that_is_being_unpickled_has_no_attributes_yet():
    with pytest.raises(AttributeError, match="an object has no 'further'"):
        _ = Object.__new__(Object).further
    with pytest.raises(AttributeError, match="an object has no 'weight'"):
        _ = ONE.weight
