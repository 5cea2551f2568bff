"""Former paths of modules, and the names that they had."""

import importlib

import pytest

from tvrgen._support.aliases import transform
from tvrgen.transformations import base


@pytest.mark.parametrize("name", [*transform._HOMES, "Kind"])
def test_names_of_the_former_module_of_kinds_are_there(name):
    assert getattr(importlib.import_module("tvrgen.transform"), name).__name__ == name


def test_a_class_of_the_former_protocol_is_of_the_former_form():
    assert not issubclass(importlib.import_module("tvrgen.transform").Kind, base.Transformation)
