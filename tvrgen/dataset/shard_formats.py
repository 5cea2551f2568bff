"""Shard formats: how a shard holds its lines and images.

files:       scenes.jsonl and questions.jsonl beside the folders `images`, `annotations` and `clips`
webdataset:  samples.tar, a problem's files one after another (ID.final-0.png, ID.initial.png, ID.questions.json,
             ID.scene.json), the same bytes whenever and wherever it is packed

All code that depends on the format asks a `ShardFormat`. A third format is a class here, in FORMATS, and a choice of
`OutputSettings.format`.
"""

import tarfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from tvrgen._support import json_lines, limits, listing, plain_files
from tvrgen._support.files import add_to_tar
from tvrgen.dataset import tars
from tvrgen.dataset.storage.base import Storage
from tvrgen.dataset.upgrade import upgraded

Kind = str
"""Kind of a line: "scene" or "question"."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a shard, parsed and not yet checked.

    `where` names it in messages. `position` locates it: the byte at which reading of its file begins, and the
    number of lines to skip from there. `images` has the problem's images by name, where they are in the same file.
    """

    line: Any
    where: str
    position: tuple[int, int]
    images: Mapping[str, bytes] | None = None


class ShardFormat(ABC):
    """How a shard holds its lines and images. Paths are relative to the shard, with slashes."""

    name: ClassVar[str]
    """`output.format` of a config."""

    @abstractmethod
    def image(self, scene: str, shot: str, role: str) -> str:
        """Path of an image, without its suffix.

        `scene` is the problem's id. `shot` is the moment and the camera ("final-left"), `role` a name that files of
        every problem have ("final-0").
        """

    @abstractmethod
    def annotation(self, scene: str, shot: str, role: str, channel: str) -> str:
        """Path of an annotation of an image, without its suffix."""

    @abstractmethod
    def clip(self, scene: str, number: int | None = None) -> str:
        """Path of a problem's clip, without its suffix, or of the frame with a number."""

    @abstractmethod
    def file(self, kind: Kind) -> str:
        """Path of the file that holds the lines of a kind."""

    @abstractmethod
    def parts(self, scenes: Iterable[str]) -> list[str]:
        """Paths of the files with the lines of these problems, in a shard that is being filled or was opened."""

    @abstractmethod
    def holding(self, paths: Iterable[str]) -> set[str]:
        """Paths of the files of a committed shard that hold these files of a filled one."""

    @abstractmethod
    def add(self, folder: Path, scene: str, line: str, questions: list[str]) -> None:
        """Writes a problem's scene line and question lines, JSON texts, into a shard that is being filled."""

    @abstractmethod
    def complete(self, folder: Path) -> None:
        """Gives a filled folder the form in which it is committed."""

    @abstractmethod
    def opened(self, folder: Path, scratch: Path) -> Path:
        """Undoes `complete`: returns a folder with the files that a committed folder holds.

        It is the folder itself, or the empty folder `scratch`, filled with the files that were found. Raises UserError
        if a file of the shard cannot be unpacked.
        """

    @abstractmethod
    def entries(self, file: BinaryIO, kind: Kind, where: str, byte: int = 0, images: bool = False) -> Iterator[Entry]:
        """Yields the lines of a kind in order, from a position's `byte` on.

        With `images`, the entries of question lines have their images if those are in the same file. The caller may
        move the file's position between entries. Raises UserError, which names `where`, for a line that is not JSON.
        """

    @abstractmethod
    def address(self, storage: Storage, shard: str, image: str) -> str:
        """Returns the address of an image for `open_image`: a local path, or a URL of fsspec."""


class Files(ShardFormat):
    """Lines in two files, images in folders."""

    name = "files"
    _FILES: ClassVar = {"scene": "scenes.jsonl", "question": "questions.jsonl"}

    def image(self, scene: str, shot: str, role: str) -> str:
        return f"images/{_number(scene)}-{shot}"

    def annotation(self, scene: str, shot: str, role: str, channel: str) -> str:
        return f"annotations/{_number(scene)}-{shot}-{channel}"

    def clip(self, scene: str, number: int | None = None) -> str:
        return f"clips/{_number(scene)}{_frame(number)}"

    def file(self, kind: Kind) -> str:
        return self._FILES[kind]

    def parts(self, scenes: Iterable[str]) -> list[str]:
        return [*self._FILES.values()]

    def holding(self, paths: Iterable[str]) -> set[str]:
        return set(paths)

    def add(self, folder: Path, scene: str, line: str, questions: list[str]) -> None:
        for kind, lines in (("scene", [line]), ("question", questions)):
            with open(folder / self._FILES[kind], "a", encoding="utf-8") as file:
                file.writelines(line + "\n" for line in lines)

    def complete(self, folder: Path) -> None:
        """Does nothing: the folder is filled as it is committed."""

    def opened(self, folder: Path, scratch: Path) -> Path:
        return folder

    def entries(self, file: BinaryIO, kind: Kind, where: str, byte: int = 0, images: bool = False) -> Iterator[Entry]:
        number, known = 0, not byte  # lines are counted from the file's start
        file.seek(byte)
        for content in json_lines.lines(file, where):
            start, byte, number = byte, byte + len(content), number + 1
            place = f"{where}:{number}" if known else where
            yield Entry(upgraded(json_lines.parse(content, place), kind), place, (start, 0))
            file.seek(byte)

    def address(self, storage: Storage, shard: str, image: str) -> str:
        return storage.path(f"{shard}/{image}")


class WebDataset(ShardFormat):
    """All files in one tar, as the library webdataset reads them: a sample is a problem."""

    name = "webdataset"
    _TAR = "samples.tar"
    _MEMBERS: ClassVar = {"scene": "scene", "question": "questions"}
    _SHOWN = ("initial.", "initial-", "final-", "step-", "clip.", "clip-")  # roles of files that questions name

    def image(self, scene: str, shot: str, role: str) -> str:
        return f"{scene}.{role}"

    def annotation(self, scene: str, shot: str, role: str, channel: str) -> str:
        return f"{scene}.{role}.{channel}"

    def clip(self, scene: str, number: int | None = None) -> str:
        return f"{scene}.clip{_frame(number)}"

    def file(self, kind: Kind) -> str:
        return self._TAR

    def parts(self, scenes: Iterable[str]) -> list[str]:
        return [f"{scene}.{member}.json" for scene in scenes for member in self._MEMBERS.values()]

    def holding(self, paths: Iterable[str]) -> set[str]:
        return {self._TAR}

    def add(self, folder: Path, scene: str, line: str, questions: list[str]) -> None:
        (folder / f"{scene}.scene.json").write_text(line, encoding="utf-8")
        (folder / f"{scene}.questions.json").write_text(f"[{', '.join(questions)}]", encoding="utf-8")

    def complete(self, folder: Path) -> None:
        """Moves the files into a tar, without times, owners and modes; run.json and folders stay, as they vary."""
        paths = sorted(folder / name for name in listing.names(folder) - {"run.json"} if (folder / name).is_file())
        with tarfile.open(folder / self._TAR, "w", format=tarfile.USTAR_FORMAT) as tar:
            for path in paths:
                with open(path, "rb") as file:
                    add_to_tar(tar, path.name, file, path.stat().st_size)
                path.unlink()

    def opened(self, folder: Path, scratch: Path) -> Path:
        tar = folder / self._TAR
        if not tar.is_file():
            return scratch
        with plain_files.opened(tar, limits.FILE) as file:
            for member in tars.members(file, str(tar)):
                (scratch / member.name).write_bytes(member.read(limits.IMAGE))
        return scratch

    def entries(self, file: BinaryIO, kind: Kind, where: str, byte: int = 0, images: bool = False) -> Iterator[Entry]:
        end, held, start, problem = f".{self._MEMBERS[kind]}.json", _Images(), byte, None
        found: list[Entry] = []  # of the problem, of whose images some may come behind its questions
        for member in tars.members(file, where, byte):
            scene, _, rest = member.name.partition(".")
            if scene != problem:
                yield from found
                found, held, start, problem = [], _Images(), member.byte, scene
            if images and rest.startswith(self._SHOWN) and rest.count(".") == 1:
                held[member.name] = member.read(limits.IMAGE)
                limits.IMAGE.check(sum(map(len, held.values())), f"{where}: images of {scene}")
            elif member.name.endswith(end):
                place = f"{where}/{member.name}"
                lines = json_lines.parse(member.read(limits.LINE), place)
                found += [
                    Entry(upgraded(line, kind), place, (start, number), held)
                    for number, line in enumerate(lines if isinstance(lines, list) else [lines])
                ]
        yield from found

    def address(self, storage: Storage, shard: str, image: str) -> str:
        return f"tar://{image}::{storage.path(f'{shard}/{self._TAR}')}"


def _number(scene: str) -> str:
    """A problem's number, in digits: "000003" of "train-000003"."""
    return scene.rpartition("-")[2]


def _frame(number: int | None) -> str:
    """What the name of a frame's file has behind that of the clip: "-0007"."""
    return "" if number is None else f"-{number:04d}"


class _Images(dict[str, bytes]):
    """Images of a tar by name; those that it lacks are missing as files are."""

    def __missing__(self, name: str) -> bytes:
        raise FileNotFoundError(name)


FORMATS: dict[str, ShardFormat] = {form.name: form for form in (Files(), WebDataset())}
"""`output.format` of a config -> the format."""
