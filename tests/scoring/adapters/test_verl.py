"""verl's reward function."""

from tests.scoring.adapters.data import BEST, RIGHT, WRONG, by_verl


def test_parts_of_the_reward():
    assert by_verl(RIGHT) == {"score": BEST, "acc": 1.0, "format": 1.0, "accuracy": 10.0, "share": 1.0}
    assert all(isinstance(part, float) for part in by_verl(WRONG).values())


def test_keywords_of_verl_are_no_options():
    assert by_verl(RIGHT, reward_fn_key="x") == by_verl(RIGHT)
