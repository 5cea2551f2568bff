"""Flat datasets to export."""

from pathlib import Path

import pytest

from tests.export.data import STORAGES, two_splits
from tvrgen.dataset.reader import open_dataset
from tvrgen.export.run import export


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
