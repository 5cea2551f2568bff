"""Config keys on the fields of dataclasses, and dataclasses from documents."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, ClassVar

from tvrgen._support.keys import Key, build, keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    numbers: Annotated[tuple[int, ...] | None, Key("Some numbers.")] = None
    texts: Annotated[dict[str, tuple[str, ...]], Key(default={})]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    share: Annotated[Fraction, Key(default=0.5)]
    inner: Annotated[Inner, Key(default={})]
    short: ClassVar[Annotated[str, Key("Stands for others.")]]
    follows: int


def test_keys_are_the_fields_that_say_so_in_their_order():
    assert list(keys(Outer)) == ["share", "inner", "short"]
    assert keys(Outer)["share"] == (Fraction, Key(default=0.5))


def test_a_document_becomes_frozen_values():
    document = {"share": 0.1, "inner": {"numbers": [1, 2], "texts": {"a": ["b", "c"]}}}
    expected = Outer(share=Fraction(1, 10), inner=Inner(numbers=(1, 2), texts={"a": ("b", "c")}), follows=7)
    assert build(Outer, document, follows=7) == expected


def test_keys_that_are_left_out_have_the_default_of_the_field():
    assert build(Inner, {"texts": {}}) == Inner(numbers=None, texts={})


def test_what_is_ready_goes_before_the_document():
    assert build(Inner, {"numbers": [1], "texts": {}}, numbers=(3,)).numbers == (3,)
