"""Each test is a process of its own, for what adapters say once."""

import pytest

from tvrgen.scoring.adapters import common


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    monkeypatch.setattr(common, "_said", set())
