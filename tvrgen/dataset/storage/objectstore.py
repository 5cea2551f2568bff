"""A dataset in an object store: s3://, gs://, memory:// or another URL of fsspec."""

import contextlib
import errno
import inspect
import io
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

from tvrgen._support import limits, listing, names, scratch
from tvrgen._support.errors import UserError
from tvrgen._support.limits import Limit
from tvrgen.dataset.storage.base import MANIFEST, LogFile, Storage
from tvrgen.dataset.storage.own_names import is_of_shard
from tvrgen.dataset.storage.store_lock import StoreLock

PATIENCE = 120.0
"""Seconds for which a failing request is repeated, after the library's own tries, before the store counts as lost."""

_TOGETHER = 16  # files sent or asked for at the same time
_SILENCE = 8.0  # seconds without an answer before a warning
_STORED = 30.0  # seconds between writes of a log, since a store can only rewrite it as a whole
_NO_KEY = {"NoCredentialsError", "PartialCredentialsError", "DefaultCredentialsError", "ClientAuthenticationError"}
"""Errors of credentials, by the names of their types: final if they come at the first request."""
# errors that repeating a request does not change
_FINAL = (FileExistsError, FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)

_log = logging.getLogger(__name__)


class _Rewritten:
    """A log file that is rewritten as a whole from time to time."""

    def __init__(self, store: "ObjectStore", path: str) -> None:
        self._store, self._path = store, path
        self._lines: list[str] = []
        self._stored = time.monotonic()

    def write(self, line: str) -> None:
        self._lines.append(line)
        if time.monotonic() > self._stored + _STORED:
            self.flush()

    def flush(self) -> None:
        self._stored = time.monotonic()
        self._store.write(self._path, "".join(f"{line}\n" for line in self._lines).encode())


class ObjectStore(Storage):
    """A dataset behind a URL. Options such as keys and endpoints come from the library's own files and variables."""

    def __init__(self, url: str) -> None:
        import fsspec

        self.name = self.address = url.rstrip("/")
        try:
            self._files, base = fsspec.core.url_to_fs(self.name, use_listings_cache=False)
        except ValueError as error:
            raise UserError(f"{url}: {error}; write a folder, or s3://, gs:// or another URL of fsspec") from error
        except ImportError as error:
            extra = "; pip install 'tvrgen[s3]'" if "s3fs" in str(error) else ""
            raise UserError(f"{url}: {error}{extra}") from error
        except Exception as error:  # each library has its own
            raise UserError(f"{url}: cannot be opened: {type(error).__name__}: {error}") from error
        self._base = base.rstrip("/")
        self._answered = self._told = False
        self._lock = StoreLock(self)

    def exists(self, path: str) -> bool:
        try:
            self._patiently(self._files.info, self._at(path))  # some libraries' `exists` returns False for any fault
        except FileNotFoundError:
            return False
        return True

    def read(self, path: str, limit: Limit = limits.DOCUMENT) -> bytes:
        self._check_size(path, limit)
        return self._patiently(self._files.cat_file, self._at(path))

    def open(self, path: str) -> BinaryIO:
        self._check_size(path, limits.FILE)
        file = self._patiently(self._files.open, self._at(path), "rb")
        # `readline` of fsspec's own files takes no length
        return io.BufferedReader(file) if hasattr(file, "readinto") else file

    def write(self, path: str, content: bytes) -> None:
        self._patiently(self._files.pipe_file, self._at(path), content)

    def create(self, path: str, content: bytes) -> bool | None:
        """Writes a file unless it exists; returns whether it did, or None if the library has no such request.

        False may also mean that this call wrote it, and that the store's first answer was lost.
        """
        if "mode" not in inspect.signature(self._files.pipe_file).parameters:
            return None
        try:
            self._patiently(self._pipe_new, self._at(path), content)
        except FileExistsError:
            return False
        return True

    def _pipe_new(self, path: str, content: bytes) -> None:
        try:
            self._files.pipe_file(path, content, mode="create")
        except Exception as error:
            if _is_unmet(error):
                raise FileExistsError(path) from None
            raise

    def log(self, path: str) -> LogFile:
        return _Rewritten(self, path)

    def remove(self, path: str) -> None:
        self._remove(self._paths(path))

    def remove_if_empty(self, path: str = "") -> None:
        """Does nothing: a store has no empty folders."""

    def names(self, path: str = "") -> set[str]:
        try:
            found = self._patiently(self._files.ls, self._at(path), detail=False)
        except FileNotFoundError:
            return set()
        there = {name.rstrip("/").rsplit("/", 1)[-1] for name in found}
        return {name for name in there if not listing.is_system_file(name)}

    def shards(self) -> set[str]:
        return self._whole(set(self._folders()))

    @contextlib.contextmanager
    def committing(self, shard: str, again: bool = False) -> Iterator[Path]:
        with scratch.folder() as folder:
            yield folder
            if self.exists(f"{shard}/{MANIFEST}"):
                if not again:
                    return  # another worker, which counted as dead, made the shard
                self.remove(f"{shard}/{MANIFEST}")  # from here on the shard does not exist
            files = [path for path in listing.files(folder) if path != folder / MANIFEST]
            with ThreadPoolExecutor(_TOGETHER) as pool:
                list(pool.map(lambda path: self._send(path, f"{shard}/{path.relative_to(folder).as_posix()}"), files))
            there = {name.rsplit("/", 1)[-1] for name in self._patiently(self._files.find, self._at(shard))}
            if {path.name for path in files} - there:  # a run for which this worker counted as dead removed them
                raise OSError(f"{self / shard}: files were removed while they were sent")
            self._send(folder / MANIFEST, f"{shard}/{MANIFEST}")

    @contextlib.contextmanager
    def local(self, folder: str) -> Iterator[Path]:
        base = self._at(folder)
        with scratch.folder() as copy:
            found = self._patiently(self._files.find, base, detail=True)
            limits.FILES.check(len(found), self / folder)
            for name, about in found.items():
                path = name[len(base) :].lstrip("/")
                if listing.is_in_system_folder(path):
                    continue
                if not names.FILE.fullmatch(path):
                    raise UserError(f"{self / folder}: holds {path!r}, which is no name of a file; remove it")
                limits.FILE.check(about.get("size") or 0, self / f"{folder}/{path}")
                target = copy / path
                target.parent.mkdir(parents=True, exist_ok=True)
                self._patiently(self._files.get_file, name, str(target))
            yield copy

    @contextlib.contextmanager
    def fetched(self, path: str) -> Iterator[Path]:
        self._check_size(path, limits.FILE)
        with scratch.folder() as folder:
            self._patiently(self._files.get_file, self._at(path), str(folder / "file"))
            yield folder / "file"

    def path(self, path: str) -> str:
        return f"{self.name}/{path}"

    def discard_partial(self) -> set[str]:
        begun = set(self._folders())
        there = self._whole(begun)
        for shard in begun - there:
            base = self._at(shard) + "/"
            self._remove([path for path in self._paths(shard) if is_of_shard(path.removeprefix(base))])
        return there

    def check_name(self) -> None:
        """Does nothing: any name can begin the names of objects."""

    def locked(self) -> contextlib.AbstractContextManager[None]:
        return self._lock.holding()

    def check_lock(self) -> None:
        self._lock.check()

    def sizes(self, folder: str) -> dict[str, int]:
        base = self._at(folder) + "/"
        found = self._patiently(self._files.find, self._at(folder), detail=True)
        sizes = {name.removeprefix(base): about["size"] for name, about in found.items()}
        return {path: size for path, size in sizes.items() if not listing.is_in_system_folder(path)}

    def is_locked(self) -> bool:
        return self._lock.held()

    def worker_logs(self) -> None:
        return None

    def sees(self, shard: str) -> bool:
        return True

    def contains(self, path: Path) -> bool:
        return False

    def _whole(self, begun: set[str]) -> set[str]:
        """Returns the shards that have a shard.json; makes a request for each."""
        with ThreadPoolExecutor(_TOGETHER) as pool:
            there = pool.map(lambda shard: self.exists(f"{shard}/{MANIFEST}"), begun)
        return {shard for shard, whole in zip(begun, there, strict=True) if whole}

    def _paths(self, path: str) -> list[str]:
        """Full names of an object, or of all objects in a folder; none if there is no such object or folder."""
        try:
            found: list[str] = self._patiently(self._files.find, self._at(path))
        except FileNotFoundError:
            return []
        return found

    def _remove(self, paths: list[str]) -> None:
        """Removes objects, each by a request of its own: some stores refuse requests that remove many."""

        def remove(path: str) -> None:
            with contextlib.suppress(FileNotFoundError):
                self._patiently(self._files.rm_file, path)

        with ThreadPoolExecutor(_TOGETHER) as pool:
            list(pool.map(remove, paths))

    def _send(self, path: Path, name: str) -> None:
        self._patiently(self._files.put_file, str(path), self._at(name))

    def _check_size(self, path: str, limit: Limit) -> None:
        limit.check(self._patiently(self._files.info, self._at(path)).get("size") or 0, self / path)

    def _at(self, path: str) -> str:
        return f"{self._base}/{path}".rstrip("/")

    def _patiently(self, function: Callable, *arguments: Any, **options: Any) -> Any:
        """Calls a function of the library, repeatedly while the store fails. Raises OSError when PATIENCE is over."""
        start, pause = time.monotonic(), 0.5
        while True:
            try:
                found = function(*arguments, **options)
                self._answered = True
                return found
            except Exception as error:  # a broken connection may raise any error that the library does not catch
                hidden = isinstance(error, _FINAL) and _is_fault(error.__cause__)
                if isinstance(error, _FINAL) and not hidden:
                    raise
                reason = error.__cause__ if hidden else error
                what = f"{self.name}: the store fails: {type(reason).__name__}: {reason}"
                waited = time.monotonic() - start
                hopeless = not self._answered and type(error).__name__ in _NO_KEY
                if hopeless or waited + pause > PATIENCE:
                    raise OSError(what) from error
                self._tell(what, waited)
            time.sleep(pause)
            pause = min(2 * pause, 15)

    def _tell(self, what: str, waited: float) -> None:
        """Warns once that the store does not answer."""
        if waited > _SILENCE and not self._told:
            self._told = True
            _log.warning("%s; asking again for %.0f s", " ".join(what.split()), PATIENCE - waited)


def _is_fault(cause: BaseException | None) -> bool:
    """Whether "not found" is in fact a fault of the connection, as in fsspec's file system for HTTP."""
    unreached = isinstance(cause, OSError) and not isinstance(cause, _FINAL)
    return unreached or getattr(cause, "status", 0) >= 500


def _is_unmet(error: Exception) -> bool:
    """Whether a conditional write failed on its condition, in a library that raises no FileExistsError for it."""
    codes = {getattr(error, name, None) for name in ("code", "status")}
    return bool(codes & {412, "412"}) or getattr(error, "errno", None) == errno.EINVAL
