"""Files that systems strew are recognised by their names, and nobody's own are."""

import pytest

from tvrgen._support import listing

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
def test_files_of_operating_systems(name):
    assert listing.is_system_file(name)
    assert listing.is_in_system_folder(f"train/{name}/x")


@pytest.mark.parametrize("name", OWN)
def test_own(name):
    assert not listing.is_system_file(name)
    assert not listing.is_in_system_folder(f"train/{name}/x")


def test_folders_are_listed_without_them(tmp_path):
    for name in ("a/x.png", "a/._x.png", "b.json", "lost+found/y", ".DS_Store", "a/@eaDir/z"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to(tmp_path / "a", target_is_directory=True)
    assert [str(path.relative_to(tmp_path)) for path in listing.files(tmp_path)] == ["a/x.png", "b.json"]
    assert listing.names(tmp_path) == {"a", "b.json", "link"}
