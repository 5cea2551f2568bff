"""Modules of users: what is imported from them, the line that an error of theirs comes from, and their source.

Each error is a UserError of one line, as such a module may fail in any way.
"""

import hashlib
import importlib.util
import sys
import traceback
from collections.abc import Callable, Collection
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen._support.messages import nearest

_TVRGEN = Path(__file__).parent.parent
_IMPORTLIB = Path(importlib.__file__).parent

_at_import: dict[str, tuple[ModuleSpec | None, str]] = {}
"""Module -> its specification as it was imported, which another import of it replaces, and its digest at that time."""


def member(module: str, name: str, is_one: Callable[[Any], bool]) -> Any:
    """What a module has under a name. Raises UserError if there is no such module, if it fails, or lacks the name.

    A suggestion then is among what `is_one` holds of, such as classes.
    """
    try:
        found = _imported(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise UserError(said(error)) from error
        cure = "put it beside the config, or its folder on PYTHONPATH"
        if module.endswith(".py"):
            cure = f"write {module.removesuffix('.py')}:{name}"
        raise UserError(f"there is no module {error.name!r}; {cure}") from error
    except Exception as error:
        raise UserError(said(error)) from error
    try:
        return getattr(found, name)
    except AttributeError as error:
        members = vars(found).items()
        known = [own for own, value in members if is_one(value) and getattr(value, "__module__", "") == module]
        raise UserError(f"module {module} has no {name!r}{nearest(name, known) if known else ''}") from error


def said(error: Exception) -> str:
    """What an error says, and the first line of a user's that it went through: "KeyError: 'x' (mykinds.py:12)"."""
    lines = user_lines(error)
    return f"{described(error)}{_at(*lines[0]) if lines else ''}"


def described(error: Exception) -> str:
    """The type of an error, and its message if it has one."""
    return ": ".join(filter(None, (type(error).__name__, str(error))))


def said_in(error: Exception, folders: Collection[Path]) -> str:
    """What an error says, and the last line of the files in these folders that it went through."""
    lines = [(path, line) for path, line in user_lines(error) if path.parent in folders]
    return f"{described(error)}{_at(*lines[-1]) if lines else ''}"


def user_lines(error: Exception) -> list[tuple[Path, int]]:
    """The files and lines that an error went through, but those of tvrgen and of what imports modules."""
    frames = [(Path(frame.filename), frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
    return [
        (path, line)
        for path, line in frames
        if path.suffix == ".py" and not path.is_relative_to(_TVRGEN) and path.parent != _IMPORTLIB
    ]


def _at(path: Path, line: int) -> str:
    return f" ({path.name}:{line})"


def digest(module: str) -> str:
    """SHA-256 of a module's source with ends of lines as \\n or, if it has none, of its file; "" if it has no file.

    Of a module that this process has imported, it is that of the source at that time. Raises ModuleNotFoundError if
    there is no such module, and what the packages around it raise.
    """
    if module not in sys.modules:
        return _digest(module)
    spec = getattr(sys.modules[module], "__spec__", None)
    if module not in _at_import or _at_import[module][0] is not spec:  # others imported it, or imported it again
        _at_import[module] = spec, _digest(module)
    return _at_import[module][1]


def has_changed(module: str) -> bool:
    """Whether the file of a module has changed since this process imported it, so that its code is another one."""
    return digest(module) != _digest(module)


def _imported(module: str) -> ModuleType:
    if module in sys.modules:
        return sys.modules[module]
    try:
        before = _digest(module)
    except ImportError:  # the import says why
        return importlib.import_module(module)
    found = importlib.import_module(module)
    _at_import[module] = getattr(found, "__spec__", None), before
    return found


def _digest(module: str) -> str:
    try:
        spec = importlib.util.find_spec(module)
    except ValueError:  # a module without a specification, as that of an interactive session
        return ""
    if spec is None:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)
    source_of = getattr(spec.loader, "get_source", None)
    text = source_of(module) if source_of else None
    if text is not None:
        return hashlib.sha256(text.encode()).hexdigest()
    if spec.has_location and spec.origin and Path(spec.origin).is_file():  # compiled, or an extension
        return hashlib.sha256(Path(spec.origin).read_bytes()).hexdigest()
    return ""
