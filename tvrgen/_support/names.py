"""Forms of names: what a split, a shard or a file of a dataset may be called, whoever wrote the dataset.

Names become parts of paths, commands, tables and pages, so they hold no character that has a meaning there. The
patterns match whole names: use `fullmatch`. The schemas of config, scene and question lines have the same forms.
"""

import re
from collections.abc import Iterable

SPLIT = re.compile(r"[A-Za-z0-9_]+")
"""A split, such as "train"."""

SHARD = re.compile(r"[A-Za-z0-9_]+/shard-[0-9]{5,}")
"""Path of a shard in its dataset, such as "train/shard-00003"."""

MEMBER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
"""A file of a shard in one tar, such as "train-000003.final-0.png"."""

FILE = re.compile(rf"{MEMBER.pattern}(/{MEMBER.pattern})*")
"""Path of a file in a dataset or in a shard, with slashes: relative, and without ".."."""

LONGEST = 100
"""Characters of a name in a config: file systems allow 255 for a file's, which may hold a split's and a camera's."""

RESERVED = frozenset({"log", "con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(10))})
"""What no split is called, in any case: the folder of logs, and what Windows takes for devices."""

HELD_OUT = ("test", "val")
"""How names of splits begin that are for evaluation, and not to be trained on."""


def alike(names: Iterable[str]) -> tuple[str, str] | None:
    """The first two names that differ in case alone, which are one file on macOS and Windows; None if none do."""
    seen: dict[str, str] = {}
    for name in names:
        if (other := seen.setdefault(name.lower(), name)) != name:
            return other, name
    return None
