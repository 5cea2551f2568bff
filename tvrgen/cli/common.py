"""Parts that subcommands share: arguments, types of arguments, checks of output files, errors in one line."""

import argparse
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn, Protocol, TypeVar

from tvrgen._support.errors import ArgumentError, UserError
from tvrgen._support.files import resolved
from tvrgen._support.messages import nearest, printable

_T = TypeVar("_T")


class Command(Protocol):
    """A subcommand: a module of this package, whose name is the command's."""

    __name__: str
    HELP: str
    """One line in the list of commands."""
    DESCRIPTION: str
    """A paragraph of the command's own help."""
    WHEN_STOPPED: str
    """End of the message after Ctrl-C, "stopped; ...": the state of the output."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Adds the command's arguments to its parser."""

    def run(self, options: argparse.Namespace) -> int:
        """Runs the command; returns its exit code."""


class Parser(argparse.ArgumentParser):
    """Argument parser that reports an error in one line."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Suggests the nearest choice for an unknown one; argparse lists all of them."""
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, f"unknown value {value!r}{nearest(value, action.choices)}")

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        """Refuses `--out=--`, of which some Pythons make an empty list."""
        if action.option_strings and "--" in arg_strings:
            raise argparse.ArgumentError(action, "expected a value, not --")
        return super()._get_values(action, arg_strings)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"tvrgen: error: {message}; see {self.prog} --help\n")


class Once(argparse.Action):
    """Option that can be given once; argparse would silently drop the first of two."""

    def __call__(
        self, parser: argparse.ArgumentParser, options: argparse.Namespace, value: object, option: str | None = None
    ) -> None:
        if getattr(options, self.dest) is not None:
            parser.error(f"{option}: is given twice; give it once")
        setattr(options, self.dest, value)


def add_config(parser: argparse.ArgumentParser) -> None:
    """Adds the config, --set and --split."""
    parser.add_argument("config", help="a YAML file, or a shipped config")
    parser.add_argument(
        "--set",
        action="append",
        type=text,
        default=[],
        metavar="KEY=VALUE",
        help="overrides a key, e.g. splits.train.count=100",
    )
    add_split(parser)


def add_dataset(parser: argparse.ArgumentParser) -> None:
    """Adds the dataset, a folder or a URL."""
    parser.add_argument("dataset", metavar="DIR|URL")


def add_trust(parser: argparse.ArgumentParser) -> None:
    """Adds --trust."""
    parser.add_argument(
        "--trust", action="store_true", help="import the kinds of change that a dataset names, which runs their code"
    )


def add_split(parser: argparse.ArgumentParser, default: str = "") -> None:
    """Adds --split; `default` is the part of its help on the default."""
    parser.add_argument("--split", action=Once, help=f"this split only{default}")


def file(text: str) -> Path:
    """Argument type: the path of a file on this machine."""
    if "://" in text:
        raise argparse.ArgumentTypeError(f"{text}: write the path of a file on this machine")
    return Path(text)


def text(argument: str) -> str:
    """Argument type: text that files are to hold, which is UTF-8 whatever the locale's encoding is."""
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError:  # the terminal's encoding is the locale's
        return argument


def positive(text: str) -> int:
    """Argument type: a whole number of at least 1."""
    return _whole(text, 1)


def natural(text: str) -> int:
    """Argument type: a whole number of at least 0."""
    return _whole(text, 0)


def amount(text: str) -> float:
    """Argument type: a finite number of at least 0."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r}: write a number of at least 0")
    return number


def or_auto(kind: Callable[[str], _T]) -> Callable[[str], _T | None]:
    """Returns an argument type: None for `auto`, else a value of this type."""
    return lambda text: None if text == "auto" else kind(text)


def _whole(text: str, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise argparse.ArgumentTypeError(f"{text!r}: write a whole number of at least {least}")
    return number


def check_output(out: Path, option: str, inputs: Iterable[Path | None]) -> None:
    """Raises UserError if `out` cannot be a new file, is one of the inputs, or is a file of an input dataset."""
    there = resolved(out)
    for path in filter(None, inputs):
        if there == resolved(path):
            raise UserError(f"{option} {out}: is an input; write another file's name")
        if path.is_dir() and resolved(path) in there.parents:
            raise UserError(f"{option} {out}: is a file of the dataset; write another file's name")
    if out.is_dir():
        raise UserError(f"{option} {out}: is a folder; write a file's name")
    if not there.parent.is_dir():
        raise UserError(f"{option} {out}: no folder {str(out.parent)!r}; make it first")


_EXTRAS = {"trimesh": "plan", "embreex": "plan", "matplotlib": "stats", "pyarrow": "export", "h5py": "export"}


def one_line(error: Exception) -> str:
    """Returns an error's message in one line, which names options; for a missing module, how to install it."""
    if isinstance(error, ModuleNotFoundError):
        extra = _EXTRAS.get(error.name or "", "render")
        return f"{error.name} is not installed; pip install 'tvrgen[{extra}]'"
    if isinstance(error, UnicodeEncodeError):
        part = error.object[max(0, error.start - 20) : error.end + 20]
        return printable(f"{part!r} cannot be written in {error.encoding}; write names and texts in UTF-8")
    if isinstance(error, OSError) and error.filename:
        return printable(f"{error.filename}: {error.strerror}")
    return printable(error.as_option() if isinstance(error, ArgumentError) else str(error))
