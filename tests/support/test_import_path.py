"""The import path has a folder for as long as a block runs, and is what it was after."""

import sys
from contextlib import suppress

from tvrgen._support.import_path import importable


def test_the_path_is_what_it_was(tmp_path):
    before = list(sys.path)
    with importable(tmp_path):
        assert sys.path == [*before, str(tmp_path)]
        with importable(tmp_path):
            assert sys.path.count(str(tmp_path)) == 1
        assert str(tmp_path) in sys.path
    assert sys.path == before
    with suppress(ValueError), importable(tmp_path):
        raise ValueError
    assert sys.path == before
    with importable(None):
        assert sys.path == before
