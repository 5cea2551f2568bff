"""The settings of a dataset, frozen: what a config says once it is read, checked and resolved."""

import copy
import dataclasses
import hashlib
import json
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from tvrgen._support.import_path import importable
from tvrgen._support.messages import nearest
from tvrgen.errors import UserError
from tvrgen.scene.model import Object, SceneSpec
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import Kind

NEUTRAL = ("render.device", "render.threads")
"""Keys that say where pictures are made, not which: they may differ between runs into one dataset."""


T = TypeVar("T")
Values = dict[str, tuple[str, ...]]
"""Attribute -> values, e.g. {"shape": ("cube",), "color": ("gray", "red")}."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One of `only` and `never`, as read. A key that was left out restricts nothing."""

    values: Values = field(default_factory=dict)
    steps: tuple[str, ...] | None = None
    numbers: dict[str, tuple[int, ...]] = field(default_factory=dict)
    views: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """`implications`: an object that fits the first values fits the second. `exclusions`: no object fits these."""

    only: Listed
    never: Listed
    implications: tuple[tuple[Values, Values], ...] = ()
    exclusions: tuple[Values, ...] = ()

    def values(self, attribute: str, all_values: Sequence[str]) -> tuple[str, ...]:
        """The values of an attribute that are left."""
        return _left(all_values, self.only.values.get(attribute), self.never.values.get(attribute))

    def steps(self, kind: str, all_values: Sequence[str]) -> tuple[str, ...]:
        """The values of a kind that are left: `only.step` restricts the kinds it names, `never.step` takes away."""
        own = None
        if self.only.steps is not None and any(s.startswith(f"{kind}.") for s in self.only.steps):
            own = [s.removeprefix(f"{kind}.") for s in self.only.steps if s.startswith(f"{kind}.")]
        never = [s.removeprefix(f"{kind}.") for s in self.never.steps or () if s.startswith(f"{kind}.")]
        return _left(all_values, own, never)

    def numbers(self, name: str, all_numbers: Sequence[int]) -> tuple[int, ...]:
        """The numbers of objects, visible objects or steps that are left."""
        return _left(all_numbers, self.only.numbers.get(name), self.never.numbers.get(name))

    def views(self, cameras: Sequence[str]) -> tuple[str, ...]:
        """The final cameras that are left."""
        return _left(cameras, self.only.views, self.never.views)

    def allow(self, obj: Object) -> bool:
        """Whether the rules on pairs let an object look so."""
        return not any(_fits(obj, values) for values in self.exclusions) and all(
            _fits(obj, then) for when, then in self.implications if _fits(obj, when)
        )


def _fits(obj: Object, values: Values) -> bool:
    return all(getattr(obj, attribute) in allowed for attribute, allowed in values.items())


def _left(everything: Sequence[T], only: Sequence[T] | None, never: Sequence[T] | None) -> tuple[T, ...]:
    return tuple(x for x in everything if (only is None or x in only) and x not in (never or ()))


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
    """A template: see prompt.schema.json. `answer` is a form of tvrgen.questions.forms."""

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
    """All settings of one dataset.

    `document` is the resolved config that they were read from, `source` names its file in messages. `folder` is where
    the config lies: modules with kinds of the user's own may lie beside it.
    """

    seed: int
    scene: SceneSpec
    vocabulary: Vocabulary
    splits: dict[str, Split]
    document: dict[str, Any] = field(repr=False)
    source: str
    folder: Path | None = None

    @property
    def hash(self) -> str:
        """SHA-256 of what determines the dataset, as hexadecimal text."""
        return hashlib.sha256(json.dumps(identity(self.document), sort_keys=True).encode()).hexdigest()

    def split(self, name: str) -> Split:
        if name not in self.splits:
            raise UserError(f"{self.source}: splits: no split {name!r}{nearest(name, self.splits)}")
        return self.splits[name]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles the fields apart, so that another process finds the modules of the user's kinds as it unpickles."""
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return _unpickled, (type(self), self.folder, pickle.dumps(fields))


def _unpickled(config_type: type["Config"], folder: Path | None, fields: bytes) -> "Config":
    with importable(folder):
        return config_type(**pickle.loads(fields))


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
