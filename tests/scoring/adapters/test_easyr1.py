"""EasyR1's reward function."""

import pytest

from tests.scoring.adapters.data import BEST, RIGHT, by_easyr1
from tvrgen._support.errors import UserError


def test_parts_of_the_reward():
    assert by_easyr1(RIGHT) == {"overall": BEST, "format": 1.0, "accuracy": 1.0, "share": 1.0}
    assert by_easyr1(RIGHT[:-9])["format"] == 0.0


def test_easyr1_refuses_a_keyword_that_is_no_option():
    with pytest.raises(UserError, match="did you mean 'reuse'"):
        by_easyr1(RIGHT, reues=True)
