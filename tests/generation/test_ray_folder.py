"""Ray's folder and its watcher, with programs that stand in for Ray's."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.tiny import ROOT
from tvrgen._support.errors import UserError
from tvrgen.generation import ray_folder, ray_watcher
from tvrgen.generation.ray_folder import LONGEST, RayFolder


@pytest.fixture
def short(monkeypatch):
    """A folder with a path as short as Ray's sockets need, for Ray."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setenv("RAY_TMPDIR", folder)
        yield Path(folder)


def too_long(folder) -> Path:
    long = folder / ("x" * 110)
    long.mkdir()
    return long


def test_the_folder_is_where_temporary_files_are(short, monkeypatch):
    monkeypatch.delenv("RAY_TMPDIR")
    monkeypatch.setattr(tempfile, "tempdir", str(short))
    folder = RayFolder()
    assert folder.path.parent == short
    folder.close()
    assert not folder.path.exists()


@pytest.mark.parametrize("way", ["long", "missing", "a file"])
def test_a_folder_without_room_for_sockets_is_passed_over(way, short, tmp_path, monkeypatch):
    monkeypatch.delenv("RAY_TMPDIR")
    (short / "file").touch()
    place = {"long": too_long(tmp_path), "missing": short / "none", "a file": short / "file"}[way]
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    folder = RayFolder()
    assert len(os.fsencode(folder.path.parent)) <= LONGEST
    folder.close()


@pytest.mark.parametrize("way", ["long", "missing"])
def test_a_folder_that_the_user_chose_is_not_replaced(way, short, tmp_path, monkeypatch):
    place = {"long": too_long(tmp_path), "missing": short / "none"}[way]
    monkeypatch.setenv("RAY_TMPDIR", str(place))
    with pytest.raises(UserError, match=f"x*: set RAY_TMPDIR to a folder .* at most {LONGEST} bytes"):
        RayFolder()


def test_sockets_have_room_in_the_longest_folder():
    """The path is one of Ray 2.60 with the longest process id that Linux gives by default."""
    path = "/tvrgen-ray-qo_j0sbp/session_2026-11-27_22-27-15_102345_4194304/sockets/plasma_store"
    assert LONGEST + len(path) <= 107


DRIVER = """
import os, signal, subprocess, sys, time
from tvrgen.generation.ray_folder import RayFolder
folder = RayFolder()
writes, reads = "import sys, time; file = open(sys.argv[1], 'a'); time.sleep(60)", "import sys; sys.stdin.read()"
agent = subprocess.Popen([sys.executable, "-c", writes, str(folder.path / "agent.log")], start_new_session=True)
while not (folder.path / "agent.log").exists():
    time.sleep(0.05)
tail = subprocess.Popen(["tail", "-f", str(folder.path / "agent.log")], stdout=subprocess.DEVNULL)
print(folder.path, agent.pid, tail.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found by /proc")
def test_rays_processes_end_when_the_driver_is_killed(short):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    killed = subprocess.run([sys.executable, "-c", DRIVER], env=environment, stdout=subprocess.PIPE, text=True)
    assert killed.returncode == -signal.SIGKILL
    folder, agent, tail = killed.stdout.split()
    end = time.monotonic() + 30
    while Path(folder).exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    assert not is_alive(int(agent))
    assert is_alive(int(tail))  # it only reads
    os.kill(int(tail), signal.SIGKILL)
    assert list(short.iterdir()) == []


def is_alive(process) -> bool:
    """Whether a process runs: one that ended and was not waited for does not count."""
    try:
        return " Z " not in Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found by /proc")
def test_the_driver_itself_is_not_ended(short):
    link = short / "link"
    link.symlink_to(short)
    with open(short / "driver.log", "w"):
        assert os.getpid() in ray_watcher.writers(link, 0)
        assert os.getpid() not in ray_watcher.writers(link, os.getpid())


def test_a_watcher_that_does_not_end_delays_nothing(short, monkeypatch):
    monkeypatch.setattr(ray_folder, "_END", 0.01)
    folder = RayFolder()
    folder.close()
