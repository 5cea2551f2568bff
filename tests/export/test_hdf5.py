"""HDF5 files on disks that fill: one error, wherever it happens."""

import errno
import io
import os

import numpy as np
import pytest

from tests.export.data import two_splits
from tvrgen.cli.main import main

h5py = pytest.importorskip("h5py")

from tvrgen.export import hdf5  # noqa: E402


def fill(file, disk, count):
    for k in range(count):
        disk.check()
        file.require_group("train/image").create_dataset(f"{k}.png", data=np.full((120, 160, 3), k, np.uint8))
        file.require_group("train/data").create_dataset(str(k), data="x" * 3000)


def test_what_was_written_is_read(tmp_path):
    with hdf5.writing(tmp_path / "data.h5") as (file, disk):
        fill(file, disk, 3)
    with h5py.File(tmp_path / "data.h5", "r") as file:
        assert [*file["train/image"]] == ["0.png", "1.png", "2.png"]
        assert (file["train/image/2.png"][...] == 2).all()
        assert file["train/data/1"][()].decode() == "x" * 3000


class Full(io.FileIO):
    """A file on a disk with room for so many bytes."""

    room = 0

    def write(self, content):
        left = self.room - self.tell()
        if left <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(memoryview(content)[:left])

    def truncate(self, size=None):
        if size is not None and size > self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().truncate(size)


@pytest.mark.parametrize("room", [0, 1, 100, 2_000, 60_000, 200_000, 777_777, 1_100_000])
def test_a_full_disk_is_an_error(room, tmp_path, monkeypatch):
    path = tmp_path / "data.h5"
    monkeypatch.setattr(Full, "room", room)
    monkeypatch.setattr(hdf5, "open", lambda path, mode, buffering: Full(path, "w+"), raising=False)
    with pytest.raises(OSError, match="No space left on device") as caught, hdf5.writing(path) as (file, disk):
        fill(file, disk, 20)
    assert caught.value.filename == str(path)


def test_what_was_not_written_reads_as_zeros(tmp_path):
    """h5py reads addresses out of a buffer that was not filled, and seeks them."""
    with hdf5.Disk(tmp_path / "data.h5") as disk:
        disk.write(b"abc")
        disk.seek(1)
        buffer = bytearray(b"\xff" * 8)
        assert disk.readinto(buffer) == 8
        assert buffer == b"bc" + bytes(6)


def test_whatever_fails_after_a_full_disk_is_its_error(tmp_path, monkeypatch):
    def seeks_garbage(disk):
        disk.write(bytes(200))
        raise OverflowError("Python int too large to convert to C long")

    monkeypatch.setattr(Full, "room", 100)
    monkeypatch.setattr(hdf5, "open", lambda path, mode, buffering: Full(path, "w+"), raising=False)
    with pytest.raises(OSError, match="No space left on device"), hdf5.writing(tmp_path / "data.h5") as (_, disk):
        seeks_garbage(disk)


def test_other_errors_pass(tmp_path):
    with pytest.raises(KeyError, match="mine"), hdf5.writing(tmp_path / "data.h5"):
        raise KeyError("mine")


def test_the_command_says_it_in_one_line(tmp_path, monkeypatch, capsys):
    """data.h5 has no room; where it has some, the same command continues."""
    data, out = two_splits(tmp_path / "data"), tmp_path / "out"
    command = ["export", str(data), "trance", "--out", str(out)]
    with monkeypatch.context() as full:
        full.setattr(Full, "room", 300_000)
        full.setattr(hdf5, "open", lambda path, mode, buffering: Full(path, "w+"), raising=False)
        assert main(command) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith(f"tvrgen: error: {out}")
    assert last.endswith("No space left on device; finished parts are kept, and the same command continues")
    assert not [path for path in out.iterdir() if "h5" in path.name]
    assert main(command) == 0
    assert (out / "data.h5").stat().st_size > 300_000
