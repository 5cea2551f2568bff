"""Random generators depend on the seed and the key alone."""

from tvrgen._support.rng import generator


def test_the_same_key_gives_the_same_numbers():
    assert generator(0, "a", 1).random(5).tolist() == generator(0, "a", 1).random(5).tolist()


def test_other_keys_give_other_numbers():
    keys = [(0, "a", 1), (0, "a", 11), (0, "a1"), (0, "a", "1"), (1, "a", 1), (0, "b", 1)]
    assert len({float(generator(*key).random()) for key in keys}) == len(keys)
