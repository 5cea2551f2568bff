"""Scratch folders: those of living processes stay, those of killed ones go."""

import gc
import os
import subprocess
import sys
import tempfile

import pytest

from tests.tiny import ROOT
from tvrgen._support import scratch

OWNER = """
import sys
from tvrgen._support import scratch
with scratch.folder() as folder:
    (folder / "half a picture").write_bytes(b"...")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def owner(temporary) -> subprocess.Popen:
    """Another process, with a folder of its own."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    environment = {**os.environ, "TMPDIR": str(temporary)}
    process = subprocess.Popen([sys.executable, "-c", OWNER], cwd=ROOT, env=environment, **pipes)
    process.folder = temporary / process.stdout.readline().strip()
    return process


def test_what_a_killed_process_left_is_cleared_and_all_else_stays(temporary):
    pytest.importorskip("fcntl")
    killed, alive = owner(temporary), owner(temporary)
    other = temporary / "tvrgen-of-something-else"
    other.mkdir()
    try:
        with scratch.folder() as mine:
            scratch.clear()
            assert {*temporary.iterdir()} == {killed.folder, alive.folder, mine, other}
            killed.kill()
            killed.communicate()
            scratch.clear()
            assert {*temporary.iterdir()} == {alive.folder, mine, other}
            assert list(alive.folder.iterdir())
        assert {*temporary.iterdir()} == {alive.folder, other}
    finally:
        alive.communicate(timeout=60)
    assert {*temporary.iterdir()} == {other}


def test_where_a_folder_cannot_be_locked_it_serves_all_the_same(temporary, monkeypatch):
    monkeypatch.setattr(scratch, "_lock", lambda path: None)
    with scratch.folder() as mine:
        scratch.clear()
        (mine / "picture").write_bytes(b"...")
    assert not list(temporary.iterdir())


def test_a_folder_goes_with_its_owner(temporary):
    class Owner:
        pass

    someone = Owner()
    folder = scratch.folder_of(someone)
    gc.collect()
    assert folder.is_dir()
    del someone
    gc.collect()
    assert not list(temporary.iterdir())
