"""The settings of a dataset, frozen: what a config says once it is read, checked and resolved."""

import copy
import dataclasses
import hashlib
import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tvrgen.constraints import Constraints
from tvrgen.document import nearest
from tvrgen.errors import UserError
from tvrgen.scene import SceneSpec
from tvrgen.transform import Kind
from tvrgen.vocabulary import Vocabulary

NEUTRAL = ("render.device", "render.threads")
"""Keys that say where pictures are made, not which: they may differ between runs into one dataset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingSettings:
    """Which problems are drawn. Numbers are all that may occur; `visible` None: all objects are on stage."""

    kinds: tuple[str, ...]
    objects: tuple[int, ...]
    visible: tuple[int, ...] | None
    steps: tuple[int, ...]
    moves: tuple[str, ...]
    constraints: Constraints
    balance: str
    repeat: bool
    twins: bool
    no_change: Fraction
    min_visible_pixels: int
    max_attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSettings:
    initial: str
    final: tuple[str, ...]
    views: str

    @property
    def names(self) -> tuple[str, ...]:
        """All cameras of a problem, the initial one first, each once."""
        return tuple(dict.fromkeys((self.initial, *self.final)))

    @property
    def released(self) -> int:
        """How many final views a problem has."""
        return 1 if self.views == "one" else len(self.final)


PRESETS: dict[str, dict[str, Any]] = {
    "draft": {"samples": 4, "noise_threshold": 0, "denoise": True},
    "standard": {"samples": 128, "noise_threshold": 0.045, "denoise": True},
    "high": {"samples": 256, "noise_threshold": 0.02, "denoise": True},
}
"""What `render.preset` stands for; a resolved config holds these keys in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderSettings:
    width: int
    height: int
    samples: int
    noise_threshold: float
    denoise: bool
    device: str
    threads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A template: see prompt.schema.json. `answer` is a form of tvrgen.answers."""

    answer: str
    text: str
    directions: str
    leaving: str
    repeat: str
    variants: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSettings:
    prompt: Prompt
    rationale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSettings:
    """The files of the pictures; PNG has no quality."""

    format: str
    quality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSettings:
    shard_size: int
    format: str
    annotations: tuple[str, ...]
    intermediate: bool
    blend: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """One part of the dataset, with everything it inherits.

    `vocabulary` is the split's own: the values that constraints leave, directions as the initial camera's viewer
    sees them. `kinds` maps the names in steps to kinds, `values` the same names to the values that may occur.
    `ordinal` is the split's place in the config.
    """

    name: str
    count: int
    sampling: SamplingSettings
    cameras: CameraSettings
    render: RenderSettings
    question: QuestionSettings
    image: ImageSettings
    output: OutputSettings
    vocabulary: Vocabulary
    kinds: dict[str, Kind]
    values: dict[str, tuple[str, ...]]
    ordinal: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Config:
    """All settings of one dataset. `document` is the resolved config they were read from; `source` names its file."""

    seed: int
    scene: SceneSpec
    vocabulary: Vocabulary
    splits: dict[str, Split]
    document: dict[str, Any] = dataclasses.field(repr=False)
    source: str

    @property
    def hash(self) -> str:
        """SHA-256 of what determines the dataset, as hexadecimal text."""
        return hashlib.sha256(json.dumps(identity(self.document), sort_keys=True).encode()).hexdigest()

    def split(self, name: str) -> Split:
        if name not in self.splits:
            raise UserError(f"{self.source}: splits: no split {name!r}{nearest(name, self.splits)}")
        return self.splits[name]


def identity(document: dict) -> dict:
    """A resolved document without the keys that do not determine the dataset."""
    kept = copy.deepcopy(document)
    for section in (kept, *kept["splits"].values()):
        for outer, inner in (key.split(".") for key in NEUTRAL):
            section.get(outer, {}).pop(inner, None)
            if not section.get(outer, True):
                del section[outer]
    return kept


def differences(a: Any, b: Any, path: str = "") -> list[str]:
    """The keys in which two documents differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        keys = sorted(a.keys() | b.keys())
        return [d for k in keys for d in differences(a.get(k), b.get(k), f"{path}.{k}" if path else k)]
    return [] if a == b else [path]
