"""Limits on what is read from a dataset, a config or a model, so that it takes bounded memory and time.

An environment variable raises each, for datasets that are larger and trusted: TVRGEN_MAX_IMAGE_PIXELS=200000000.
"""

import os
from dataclasses import dataclass

from tvrgen._support.errors import UserError

TO_MORE = " is set to more"
"""End of messages on what a limit leaves unread: nothing is known of it, and it need not be at fault."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The largest accepted size of something: `variable` is the environment variable that replaces the `default`."""

    variable: str
    default: int
    unit: str

    @property
    def value(self) -> int:
        """The limit in force. Raises UserError if the variable holds no positive whole number."""
        text = os.environ.get(self.variable, "")
        if not text:
            return self.default
        if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text)):
            raise UserError(f"{self.variable}={text}: write a whole number of {self.unit}, such as {self.default}")
        return int(text)

    def check(self, size: int, where: object) -> None:
        """Raises UserError, which says how to raise the limit, if `size` is larger."""
        if size > self.value:
            raise UserError(f"{where}: has {size} {self.unit}; {self.remedy}")

    @property
    def remedy(self) -> str:
        """End of a message on something larger."""
        return f"at most {self.value} are read, unless {self.variable}{TO_MORE}"


DOCUMENT = Limit("TVRGEN_MAX_DOCUMENT_BYTES", 64 << 20, "bytes")
"""A JSON document, such as dataset.json or shard.json."""

VALUES = Limit("TVRGEN_MAX_JSON_VALUES", 4_000_000, "values")
"""The values of a JSON text, each of which takes some 100 bytes of memory, whatever it takes in the text."""

PREDICTIONS = Limit("TVRGEN_MAX_PREDICTIONS_CHARACTERS", 512 << 20, "characters")
"""A file of predictions, unpacked; all its responses are in memory."""

LINE = Limit("TVRGEN_MAX_LINE_BYTES", 4 << 20, "bytes")
"""A line of a JSONL file, or the lines of one problem in a tar."""

FILE = Limit("TVRGEN_MAX_FILE_BYTES", 8 << 30, "bytes")
"""A file with the lines of a shard, or a tar with a whole shard."""

IMAGE = Limit("TVRGEN_MAX_IMAGE_BYTES", 256 << 20, "bytes")
"""An image file, or another member of a tar."""

PIXELS = Limit("TVRGEN_MAX_IMAGE_PIXELS", 8192 * 8192, "pixels")
"""An image, once it is decoded."""

FILES = Limit("TVRGEN_MAX_SHARD_FILES", 200_000, "files")
"""The files of a shard, as shard.json lists them, and the members of a tar."""

RESPONSE = Limit("TVRGEN_MAX_RESPONSE_CHARACTERS", 1_000_000, "characters")
"""A model's response; a longer one is not refused but cut."""

YAML = Limit("TVRGEN_MAX_YAML_BYTES", 1 << 20, "bytes")
"""A YAML text: a config, a file that it names, or a value of --set; and the texts in the config of a dataset."""

ENTRIES = Limit("TVRGEN_MAX_YAML_ENTRIES", 100_000, "entries")
"""Keys and values of a YAML text, where those that an alias repeats count again, and of the config of a dataset."""

MESH = Limit("TVRGEN_MAX_MESH_BYTES", 256 << 20, "bytes")
"""A mesh file."""

SPLITS = Limit("TVRGEN_MAX_SPLITS", 1000, "splits")
"""The splits of a config, each of which takes some 10 ms to check."""

SHARDS = Limit("TVRGEN_MAX_SHARDS", 1_000_000, "shards")
"""The shards of a dataset, of which a run keeps a list: half a GB."""

LOOKS = Limit("TVRGEN_MAX_LOOKS", 1_000_000, "looks")
"""Combinations of values of all attributes, times the pairs in constraints: all may be tried for a step."""

STEPS = Limit("TVRGEN_MAX_BLOCK_STEPS", 20_000, "steps")
"""Steps that are dealt together: the time for it grows with their square."""

TRIALS = Limit("TVRGEN_MAX_TRIALS", 10_000_000, "trials")
"""Trials of a step to deal those of a block: half a minute. The ready configs take 100,000 at most."""
