"""Plain files: what is none is refused at once, wherever a link leads."""

import os

import pytest

from tvrgen._support import plain_files
from tvrgen._support.errors import UserError
from tvrgen._support.limits import Limit

LIMIT = Limit("TVRGEN_MAX_TEST_BYTES", 10, "bytes")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "folder" / "below").mkdir(parents=True)
    (tmp_path / "folder" / "own").write_bytes(b"own")
    (tmp_path / "other").write_bytes(b"other")
    return tmp_path / "folder"


@pytest.mark.parametrize("name", ["own", "below/../own", "link"])
def test_a_file_in_the_folder_is_read(name, folder):
    (folder / "link").symlink_to("own")
    plain_files.check_inside(folder / name, folder)
    assert plain_files.read(folder / name, LIMIT) == b"own"


@pytest.mark.parametrize("name", ["../other", "link", "below/up", "linked/other"])
def test_a_path_that_leads_out_is_refused(name, folder):
    (folder / "link").symlink_to("../other")
    (folder / "below" / "up").symlink_to("../../other")
    (folder / "linked").symlink_to("..", target_is_directory=True)
    with pytest.raises(UserError, match="leads out of"):
        plain_files.check_inside(folder / name, folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_pipes_and_devices_are_refused_at_once(folder):
    os.mkfifo(folder / "pipe")
    (folder / "zeros").symlink_to("/dev/zero")
    for name in ("pipe", "zeros"):
        with pytest.raises(UserError, match="is not a plain file"):
            plain_files.read(folder / name, LIMIT)


def test_other_errors_of_the_system_stay(folder):
    (folder / "circle").symlink_to("circle")
    for name, error in (("nothing", FileNotFoundError), ("circle", OSError)):
        with pytest.raises(error):
            plain_files.read(folder / name, LIMIT)
    assert not plain_files.is_inside(folder, folder)


def test_a_file_beyond_the_limit_is_refused_unless_the_limit_is_raised(folder, monkeypatch):
    (folder / "long").write_bytes(b"x" * 11)
    with pytest.raises(UserError, match="11 bytes; at most 10 are read, unless TVRGEN_MAX_TEST_BYTES is set"):
        plain_files.read(folder / "long", LIMIT)
    monkeypatch.setenv("TVRGEN_MAX_TEST_BYTES", "11")
    assert len(plain_files.read(folder / "long", LIMIT)) == 11


@pytest.mark.parametrize("text", ["-1", "0", "1.5", "many", "²", "1e9", "9" * 20])
def test_a_limit_that_is_no_number_is_named(text, monkeypatch):
    monkeypatch.setenv("TVRGEN_MAX_TEST_BYTES", text)
    with pytest.raises(UserError, match=r"TVRGEN_MAX_TEST_BYTES=.*: write a whole number of bytes"):
        LIMIT.check(1, "x")
