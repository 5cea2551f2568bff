"""Files that are written whole or not at all."""

import hashlib
import json
from pathlib import Path

import pytest

from tvrgen._support.errors import UserError
from tvrgen._support.files import pretty, sha256, whole_file


def test_a_file_has_its_name_when_it_is_whole(tmp_path):
    path = tmp_path / "file"
    with whole_file(path) as file:
        file.write("all of it")
        assert not path.exists()
    assert path.read_text() == "all of it"
    assert list(tmp_path.iterdir()) == [path]


def test_a_block_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "file"
    path.write_text("before")

    def fail():
        with whole_file(path) as file:
            file.write("half")
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path):
    path, link = tmp_path / "file", tmp_path / "link"
    link.symlink_to(path)
    with whole_file(link) as file:
        file.write("text")
    assert link.is_symlink()
    assert path.read_text() == "text"


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(UserError, match="is a folder"), whole_file(tmp_path):
        pass


def test_a_checksum_is_that_of_the_whole_file(tmp_path):
    content = bytes(range(256)) * 10_000
    (tmp_path / "file").write_bytes(content)
    assert sha256(tmp_path / "file") == hashlib.sha256(content).hexdigest()


def test_pretty_json_is_read_back():
    data = {"name": "Würfel", "sizes": [1, 2.5]}
    assert json.loads(pretty(data)) == data
    assert "Würfel" in pretty(data).decode()


def test_a_device_is_written_to_as_it_is():
    with whole_file(Path("/dev/null")) as file:
        file.write("gone")
    assert Path("/dev/null").is_char_device()
