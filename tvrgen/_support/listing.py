"""Listing of folders, without what operating systems leave in them: files of file managers, snapshots, waste baskets.

No dataset, export or report owns such files: they are never listed, checked, copied or removed, wherever they are.
"""

import re
from collections.abc import Iterator
from pathlib import Path

_NAMES = re.compile(
    # macOS
    r"\.DS_Store|\._.*|\.AppleDouble|\.AppleDB|\.AppleDesktop|\.Spotlight-V100|\.Trashes|\.fseventsd|\.TemporaryItems"
    r"|\.apdisk|\.localized|\.DocumentRevisions-V100|\.VolumeIcon\.icns|Icon\r|__MACOSX"
    # Windows
    r"|(?i:(eh)?thumbs\.db|desktop\.ini|\$RECYCLE\.BIN|System Volume Information)"
    # Linux, and the file systems of servers
    r"|lost\+found|\.directory|\.Trash(-.*)?|\.nfs[0-9A-Fa-f.]+|\.fuse_hidden.*|\.snapshots?|\.zfs|\.ckpt|\.glusterfs"
    r"|@eaDir|#recycle|#snapshot|\.dropbox(\..*)?",
    re.DOTALL,
)


def is_system_file(name: str) -> bool:
    """Whether operating systems make a file or folder of this name, given without its path."""
    return _NAMES.fullmatch(name) is not None


def is_in_system_folder(path: str) -> bool:
    """Whether a path, with slashes, names a file or folder that operating systems make, or one in such a folder."""
    return any(map(is_system_file, path.split("/")))


def names(folder: Path) -> set[str]:
    """The names in a folder, without those of operating systems. Raises OSError if there is no such folder."""
    return {path.name for path in folder.iterdir() if not is_system_file(path.name)}


def files(folder: Path) -> Iterator[Path]:
    """Yields all files of a folder and of the folders in it, in order, without those of operating systems.

    Links to folders are not followed.
    """
    for path in sorted(folder / name for name in names(folder)):
        if path.is_dir() and not path.is_symlink():
            yield from files(path)
        elif path.is_file():
            yield path
