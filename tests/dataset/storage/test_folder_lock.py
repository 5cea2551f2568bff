"""Lock of a folder: between processes, gone with its process, and not needed where there is none."""

import errno
import os
import subprocess
import sys

import pytest

from tests.tiny import ROOT
from tvrgen._support.errors import UserError
from tvrgen.dataset.storage import folder_lock
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
    (tmp_path / folder_lock.LOCK).chmod(0o444)
    assert open_storage(tmp_path).is_locked()


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF])
def test_a_file_system_without_locks_is_not_another_run(code, tmp_path, monkeypatch, caplog):
    def fail(file, blocking):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(folder_lock, "lock_descriptor", fail)
    storage = open_storage(tmp_path)
    with storage.locked():
        assert not storage.is_locked()
    assert caplog.messages == [
        f"{tmp_path}: has no locks ({os.strerror(code)}); make sure that no other run writes there"
    ]
