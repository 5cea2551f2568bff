"""Forms of names: what a split, a shard or a file of a dataset may be called, whoever wrote the dataset.

Names become parts of paths, commands, tables and pages, so they hold no character that has a meaning there. The
patterns match whole names: use `fullmatch`. The schemas of config, scene and question lines have the same forms.
"""

import re

SPLIT = re.compile(r"[A-Za-z0-9_]+")
"""A split, such as "train"."""

SHARD = re.compile(r"[A-Za-z0-9_]+/shard-[0-9]{5,}")
"""Path of a shard in its dataset, such as "train/shard-00003"."""

MEMBER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
"""A file of a shard in one tar, such as "train-000003.final-0.png"."""

FILE = re.compile(rf"{MEMBER.pattern}(/{MEMBER.pattern})*")
"""Path of a file in a dataset or in a shard, with slashes: relative, and without ".."."""
