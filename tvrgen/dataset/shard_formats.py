"""The lines of a shard, in files or in a tar.

output.format files:       scenes.jsonl and questions.jsonl beside the folders of pictures
output.format webdataset:  samples.tar, a problem's files one after another (ID.final-0.png, ID.initial.png,
                           ID.questions.json, ID.scene.json), the same bytes whenever and wherever it is packed
"""

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from tvrgen._support.json_lines import from_lines, parse
from tvrgen.errors import UserError

Record = dict[str, Any]

TAR = "samples.tar"
FILES = {"scene": "scenes.jsonl", "question": "questions.jsonl"}
_MEMBERS = {"scene": "scene", "question": "questions"}


def add(folder: Path, scene: str, questions: list[str], identity: str, form: str) -> None:
    """Writes a problem's lines, JSON texts, into a shard that is being filled."""
    if form == "webdataset":
        (folder / f"{identity}.scene.json").write_text(scene, encoding="utf-8")
        (folder / f"{identity}.questions.json").write_text(f"[{', '.join(questions)}]", encoding="utf-8")
        return
    for kind, lines in (("scene", [scene]), ("question", questions)):
        with open(folder / FILES[kind], "a", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)


def names(identities: list[str], form: str) -> list[str]:
    """The files with the lines of these problems."""
    if form == "files":
        return [*FILES.values()]
    return [f"{identity}.{member}.json" for identity in identities for member in _MEMBERS.values()]


def lines(folder: Path, kind: str, form: str) -> Iterator[tuple[str, Record]]:
    """(where, record) of each line in a folder, in order. Raises UserError where a file is not there or not JSON."""
    paths = [folder / FILES[kind]] if form == "files" else sorted(folder.glob(f"*.{_MEMBERS[kind]}.json"))
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UserError(f"{path}: cannot be read: {error.strerror}") from error
        if form == "files":
            yield from ((f"{path}:{number}", line) for number, line in from_lines(content, str(path)))
        else:
            found = parse(content, str(path))
            yield from ((str(path), line) for line in (found if isinstance(found, list) else [found]))


def pack(folder: Path) -> None:
    """Moves the files of a shard, but not those in its folders, into a tar with no times, owners or modes in it."""
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    with tarfile.open(folder / TAR, "w", format=tarfile.USTAR_FORMAT) as tar:
        for path in paths:
            entry = tarfile.TarInfo(path.name)
            entry.size, entry.mode = path.stat().st_size, 0o644
            with open(path, "rb") as file:
                tar.addfile(entry, file)
            path.unlink()


def unpack(tar: Path, folder: Path) -> None:
    """Writes the files of a tar into a folder. Raises UserError where it is none, or would write elsewhere."""
    try:
        with tarfile.open(tar) as opened:
            for member in opened:
                if not member.isfile() or "/" in member.name or member.name.startswith("."):
                    raise UserError(f"{tar}: {member.name!r} does not belong into a shard")
                (folder / member.name).write_bytes(opened.extractfile(member).read())
    except (tarfile.TarError, EOFError) as error:
        raise UserError(f"{tar}: is no tar that can be read: {error}") from error


def from_tar(file: BinaryIO, where: str, kind: str) -> Iterator[tuple[str, Record]]:
    """(member, record) for each line of a kind, read from start to end. Raises UserError where it is no such tar."""
    try:
        with tarfile.open(fileobj=file, mode="r|") as tar:
            for member in tar:
                if member.name.endswith(f".{_MEMBERS[kind]}.json"):
                    found = parse(tar.extractfile(member).read(), f"{where}: {member.name}")
                    yield from ((member.name, line) for line in (found if isinstance(found, list) else [found]))
    except (tarfile.TarError, EOFError) as error:
        raise UserError(f"{where}: is no tar that can be read: {error}") from error
