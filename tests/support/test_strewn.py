"""Files that systems strew are recognised by their names, and nobody's own are."""

import pytest

from tvrgen._support import strewn

STREWN = [
    *(".DS_Store", "._000000-final-left.png", ".Spotlight-V100", ".Trashes", ".fseventsd", "Icon\r", "__MACOSX"),
    *(
        "Thumbs.db",
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "Desktop.ini",
        "$RECYCLE.BIN",
        "System Volume Information",
    ),
    *("lost+found", ".directory", ".Trash-1000", ".nfs000000000123abcd00000001", ".fuse_hidden0000000100000002"),
    *(".snapshot", ".snapshots", ".zfs", "@eaDir", "#recycle", ".dropbox.attr"),
]
OWN = [
    "train",
    "log",
    "shard.json",
    ".hidden",
    ".export.json",
    ".train.jsonl.growing",
    "Icon",
    ".nfs",
    "notes.txt",
    "_x",
]


@pytest.mark.parametrize("name", STREWN)
def test_strewn(name):
    assert strewn.is_strewn(name)
    assert strewn.is_in_strewn(f"train/{name}/x")


@pytest.mark.parametrize("name", OWN)
def test_own(name):
    assert not strewn.is_strewn(name)
    assert not strewn.is_in_strewn(f"train/{name}/x")


def test_folders_are_listed_without_them(tmp_path):
    for name in ("a/x.png", "a/._x.png", "b.json", "lost+found/y", ".DS_Store", "a/@eaDir/z"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to(tmp_path / "a", target_is_directory=True)
    assert [str(path.relative_to(tmp_path)) for path in strewn.files(tmp_path)] == ["a/x.png", "b.json"]
    assert strewn.names(tmp_path) == {"a", "b.json", "link"}
