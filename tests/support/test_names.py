"""Forms of names, and names that are one file on some system."""

import pytest

from tvrgen._support import names


@pytest.mark.parametrize(
    ("given", "pair"),
    [
        (["train", "Train"], ("train", "Train")),
        (["a", "B", "b", "A"], ("B", "b")),
        (["train", "test"], None),
        ([], None),
    ],
)
def test_names_that_differ_in_case_alone_are_found(given, pair):
    assert names.alike(given) == pair
