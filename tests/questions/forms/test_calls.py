"""Calls of functions rewritten as triplets, by the arities of the kinds that they name."""

import pytest

from tvrgen.questions.forms import calls
from tvrgen.questions.forms.arities import Arity

ARITIES = {"swap": Arity(objects=2, valued=False), "next_to": Arity(objects=2), "appear": Arity(objects=0)}


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("change_color(2, cyan), size(3, value=large)", "2.color.cyan;, 3.size.large;"),
        ("color(index=2, value=cyan)", "2.color.cyan;"),
        ("position(4, front-left, 1)", "4.position.front-left, 1;"),
        ("change_swap(2, 5) swap(2+5) swap(object=2, object=5)", "2+5.swap; 2+5.swap; 2+5.swap;"),
        ("next_to(2, 5, left) next_to(2 + 5, left)", "2+5.next_to.left; 2 + 5.next_to.left;"),
        ("appear(value=red_cube)", "new.appear.red_cube;"),
        ("color(2) print(x) f(1.5, 2) swap() color((2), cyan)", "color(2) print(x) f(1.5, 2) swap() color((2), cyan)"),
        ("2.color.cyan", "2.color.cyan"),
    ],
)
def test_calls(text, due):
    assert calls.as_triplets(text, ARITIES) == due
