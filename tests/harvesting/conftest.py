"""Flat datasets of ready configs, as exports' tests have them."""

import pytest

from tests.export.conftest import ready
from tvrgen.dataset.reader import open_dataset

__all__ = ["ready"]


@pytest.fixture(scope="module")
def dataset(ready):
    """Eight problems of three views, some with changes of colour."""
    return ready("quickstart", "splits.train.count=8")


@pytest.fixture
def lines(dataset):
    return list(open_dataset(dataset).questions())
