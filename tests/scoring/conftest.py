"""A flat dataset to score."""

import pytest

from tests.tiny import FlatRenderer, generate_flat, load


@pytest.fixture(scope="module", params=["files", "webdataset"])
def dataset(request, tmp_path_factory):
    """Six problems of three views, 18 questions."""
    config = load("splits.train.count=6", f"output.format={request.param}")
    return generate_flat(tmp_path_factory.mktemp("scored") / "data", config, FlatRenderer())
