"""Flat datasets to export."""

from functools import cache
from pathlib import Path

import pytest

from tests.export.data import STORAGES, two_splits
from tests.tiny import SMALL, FlatRenderer, generate_flat
from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.dataset.reader import open_dataset
from tvrgen.export.run import export
from tvrgen.questions import asking

PLAN = asking.plan_problem
COUNT = 2
"""Problems of each split of `ready` datasets."""


@pytest.fixture(scope="module")
def dataset(request, tmp_path_factory) -> Path | str:
    """A dataset of two splits, 5 and 2 problems of three views; tests may ask for one of STORAGES."""
    storage = getattr(request, "param", "files")
    root = "memory://exports/flat" if storage == "memory" else tmp_path_factory.mktemp("flat") / "data"
    return two_splits(root, *STORAGES[storage])


@pytest.fixture
def questions(flat_dataset):
    return list(open_dataset(flat_dataset).questions())


@pytest.fixture
def exported(flat_dataset, tmp_path):
    def made(name):
        export(flat_dataset, name, tmp_path / name)
        return tmp_path / name

    return made


@pytest.fixture(scope="session")
def ready(tmp_path_factory):
    """Makes a dataset of a ready config: some problems of each split, with images in one colour.

    A test that goes through all of them skips those that ask of clips alone, unless it says `clips=True`.
    """

    @cache
    def made(name: str, *overrides: str, clips: bool = False) -> Path:
        counts = [f"splits.{split}.count={COUNT}" for split in loader.load(name).splits]
        config = loader.load(name, assignments((*SMALL, *counts, "output.shard_size=100", *overrides)))
        if not clips and all(own.of_clip for split in config.splits.values() for own in split.questions):
            pytest.skip("asks of clips alone")
        root = tmp_path_factory.mktemp("ready") / name
        return generate_flat(root, config, FlatRenderer(), lambda config, split, k: PLAN(config, split.name, k))

    return made
