"""A sound dataset to be damaged."""

import shutil

import pytest

from tests.tiny import FlatRenderer, generate_flat, load


@pytest.fixture(scope="module")
def flat(tmp_path_factory):
    return generate_flat(tmp_path_factory.mktemp("flat") / "flat", load(), FlatRenderer())


@pytest.fixture
def dataset(by_hand, flat, tmp_path):
    """5 problems in 3 shards, to be damaged."""
    return shutil.copytree(flat, tmp_path / "flat")
