"""Checks of your own kinds of change and configs, for pytest: each raises AssertionError with what is wrong.

    from tvrgen.testing import check_kind
    from swapping import Swap

    def test_swap():
        check_kind(Swap)

They do what `tvrgen check` does, with fewer problems by default.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tvrgen.checking import given
from tvrgen.checking.run import Checking
from tvrgen.config import loader
from tvrgen.config.overrides import Overrides

COUNT = 200
"""Default number of problems that are planned."""


def check_kind(
    kind: Any, *, count: int = COUNT, render: int = 0, seed: int | None = None, overrides: Overrides = ()
) -> None:
    """Checks a kind of change, alone and beside color and position.

    Args:
        kind: A class, an instance, or a name: of a built-in kind, or package.module:Class.
        count: Problems to plan.
        render: Problems to render, for which Blender is opened.
        seed: Seed of the problems; None: 0.
        overrides: Keys of the configs that are made, such as {"vocabulary.colors": {...}}.

    Raises:
        AssertionError: Something is wrong; the message has a line for each fault.
        UserError: There is no such kind.
    """
    checking = Checking(count=count, render=render)
    name = kind if isinstance(kind, str) else given.name_of(kind)
    checking.kind(name, Path.cwd(), overrides, seed)
    _raise(checking)


def check_config(
    config: str | Path | Mapping[str, Any], *, split: str | None = None, count: int = COUNT, render: int = 0
) -> None:
    """Checks the kinds of a config in its splits, or in one of them.

    Args:
        config: A YAML file, the name of a shipped config, or a dict with the content of such a file.
        split: The split to check; None: all.
        count: Problems to plan of each split.
        render: Problems to render, for which Blender is opened.

    Raises:
        AssertionError: Something is wrong; the message has a line for each fault.
        UserError: There is no such config or split, or it cannot be read.
    """
    checking = Checking(count=count, render=render)
    own = loader.Config.from_dict(config, Path.cwd()) if isinstance(config, Mapping) else loader.load(config)
    checking.config(own, [own.split(split).name] if split else ())
    _raise(checking)


def _raise(checking: Checking) -> None:
    if checking.faults:
        raise AssertionError("\n".join(checking.faults))
