"""The config as a whole: what identifies a dataset, its splits, and copies in other processes."""

import pickle

import pytest

from tests.tiny import load
from tvrgen._support.errors import UserError
from tvrgen.config import loader
from tvrgen.config.settings import differences, identity


def test_the_device_does_not_make_another_dataset():
    one, other = load(), load("render.device=cuda", "render.threads=3", "splits.train.render.threads=2")
    assert one.hash == other.hash
    assert differences(identity(one.document), identity(load("seed=8", "render.samples=5").document)) == [
        "render.samples",
        "seed",
    ]


def test_an_unpickled_config_is_the_config():
    config = load()
    again = pickle.loads(pickle.dumps(config))
    assert type(again) is loader.Config
    assert again.hash == config.hash
    assert again.scene == config.scene
    assert again.vocabulary == config.vocabulary
    assert again.split("train").sampling == config.split("train").sampling
    assert (again.source, again.folder) == (config.source, config.folder)


def test_unknown_splits_name_the_nearest():
    with pytest.raises(UserError, match=r"quickstart\.yaml: splits: no split 'trian'; did you mean 'train'\?"):
        load().split("trian")


def test_documents_differ_in_their_keys():
    one, other = {"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": 1, "c": 3}, "d": [2], "e": 0}
    assert differences(one, other) == ["a.c", "d", "e"]
    assert differences({"a": {"b": [1, 2]}}, {"a": {"b": [1, 2]}}) == []
