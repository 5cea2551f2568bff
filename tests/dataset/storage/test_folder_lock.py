"""Lock of a folder: between processes, gone with its process, and not needed where there is none."""

import errno
import json
import os
import subprocess
import sys

import pytest

from tests.tiny import ROOT
from tvrgen._support.errors import UserError
from tvrgen.dataset.storage import folder_lock, store_lock
from tvrgen.dataset.storage.open import open_storage

HOLDER = """
import sys
from tvrgen.dataset.storage.open import open_storage
with open_storage(sys.argv[1]).locked():
    print("locked", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the folder's lock."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], cwd=ROOT, **pipes)
    assert process.stdout.readline() == "locked\n"
    yield process
    process.kill()
    process.communicate()


def test_another_process_is_refused_until_the_holder_is_killed(holder, tmp_path):
    storage = open_storage(tmp_path)
    assert storage.is_locked()
    with pytest.raises(UserError, match="another run is writing there"), storage.locked():
        pass
    holder.kill()
    holder.communicate()
    assert not storage.is_locked()
    with storage.locked():
        assert open_storage(tmp_path).is_locked()
    assert not storage.is_locked()


def test_asking_makes_no_file_and_needs_no_right_to_write(holder, tmp_path):
    assert not open_storage(tmp_path / "elsewhere").is_locked()
    assert not (tmp_path / "elsewhere").exists()
    (tmp_path / store_lock.LOCK).chmod(0o444)
    assert open_storage(tmp_path).is_locked()


@pytest.fixture(params=[errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF])
def no_locks(request, monkeypatch):
    """A file system without locks, as Lustre and NFS are by their mount options."""

    def fail(file, blocking):
        raise OSError(request.param, os.strerror(request.param))

    monkeypatch.setattr(folder_lock, "lock_descriptor", fail)
    monkeypatch.setattr(store_lock, "BEAT", 0.1)


def test_without_locks_a_file_that_is_renewed_replaces_them(no_locks, tmp_path):
    storage = open_storage(tmp_path)
    assert not storage.is_locked()
    with storage.locked():
        assert open_storage(tmp_path).is_locked()
        with pytest.raises(UserError, match="another run is writing there"), open_storage(tmp_path).locked():
            pass
        storage.check_lock()
    assert not storage.is_locked()
    assert storage.names("log") == {"lock"}


def test_without_locks_a_dead_run_is_followed_by_the_next(no_locks, tmp_path):
    (tmp_path / "log").mkdir()
    (tmp_path / "log/beat").write_text(json.dumps({"run": "x", "host": "elsewhere", "pid": 1, "beat": 7}))
    assert not open_storage(tmp_path).is_locked()
    with open_storage(tmp_path).locked():
        pass


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_lock_that_is_no_file_is_refused(kind, tmp_path):
    lock = tmp_path / store_lock.LOCK
    lock.parent.mkdir()
    lock.symlink_to(tmp_path / "elsewhere") if kind == "link" else os.mkfifo(lock)
    with pytest.raises(OSError, match=r"is no plain file|symbolic links"), open_storage(tmp_path).locked():
        pass
    assert not open_storage(tmp_path).is_locked()
    assert not (tmp_path / "elsewhere").exists()
