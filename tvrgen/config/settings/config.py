"""Splits, the config as a whole, and the hash that identifies a dataset."""

import copy
import dataclasses
import hashlib
import json
import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar

from tvrgen._support import names
from tvrgen._support.errors import UserError
from tvrgen._support.import_path import importable
from tvrgen._support.json_lines import Record
from tvrgen._support.keys import REQUIRED, Key
from tvrgen._support.messages import nearest
from tvrgen.config.settings.questions import ChangesSettings, QuestionSettings
from tvrgen.config.settings.sections import (
    CameraSettings,
    ImageSettings,
    OutputSettings,
    RenderSettings,
    SamplingSettings,
)
from tvrgen.scene.model import SceneSpec
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import Transformation
from tvrgen.transformations.registry import NotImported

NEUTRAL = ("render.device", "render.threads")
"""Keys that do not determine the dataset: they may differ between the runs that make it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """One part of the dataset, with everything that it inherits.

    `vocabulary` is the split's own: the values that constraints leave, directions as the initial camera's viewer
    sees them. `azimuths` has that of each camera before jitter, in degrees. `kinds` maps the names in steps to kinds,
    `values` the same names to the values that may occur. `families` maps the names in `questions` to families
    (`tvrgen.questions.Family`, which this package cannot import).
    """

    name: str
    count: Annotated[int, Key("Number of problems.", default=REQUIRED, minimum=1, maximum=100000000)]
    sampling: Annotated[SamplingSettings, Key(default={})]
    cameras: Annotated[CameraSettings, Key(default={})]
    render: Annotated[RenderSettings, Key(default={})]
    question: ClassVar[Annotated[ChangesSettings, Key(default={})]]
    questions: Annotated[
        tuple[QuestionSettings, ...],
        Key(
            "The questions about each problem and final view, in place of `question`, which stands for the family "
            "changes alone.",
            at_least=1,
            entries="asked",
        ),
    ]
    image: Annotated[ImageSettings, Key(default={}, shared=True)]
    output: Annotated[OutputSettings, Key(default={}, shared=True)]
    hashes: Annotated[
        tuple[int, int],
        Key(
            "Hashes of the problems that the split may have, as [remainder, divisor]. Splits with equal ones draw from "
            "the same problems, other splits share none. Default: each split has hashes of its own.",
            form="hashes",
        ),
    ]
    vocabulary: Vocabulary
    azimuths: dict[str, float]
    kinds: dict[str, Transformation]
    values: dict[str, tuple[str, ...]]
    families: dict[str, Any]

    @property
    def azimuth(self) -> float:
        """The azimuth of the initial camera before jitter, in degrees."""
        return self.azimuths[self.cameras.initial]

    @property
    def mirrors(self) -> bool:
        """Whether there are twins of questions, which show mirrored images."""
        return any(own.twin for own in self.questions)

    @property
    def jitters_apart(self) -> bool:
        """Whether the final images have a camera and light jitter of their own: clips alone need none."""
        return bool(self.sampling.no_change) and not all(own.of_clip for own in self.questions)

    @property
    def images(self) -> int:
        """The number of images of each problem, those of intermediate states and frames of clips aside."""
        return (1 + self.cameras.released) * (2 if self.mirrors else 1)

    @property
    def asked(self) -> int:
        """The number of questions about each problem."""
        return self.cameras.released * sum(own.count for own in self.questions)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Config:
    """All settings of one dataset.

    `document` is the resolved config that they were read from, `source` names its file in messages. `folder` is where
    the config is, which may contain modules with kinds of the user's own.
    """

    seed: Annotated[
        int,
        Key(
            "Seed of all random draws. The same config and seed give the same problems everywhere.",
            default=0,
            minimum=0,
            maximum=2**53 - 1,
        ),
    ]
    scene: Annotated[
        SceneSpec,
        Key(
            "The base scene: a YAML file (beside the config, or packaged) or the scene itself.",
            default="scenes/clevr.yaml",
            form="scene_or_file",
        ),
    ]
    vocabulary: Annotated[
        Vocabulary,
        Key(
            "The named values: a YAML file (beside the config, or packaged) or the vocabulary itself.",
            default="assets/vocabulary.yaml",
            form="vocabulary_or_file",
        ),
    ]
    splits: Annotated[
        dict[str, Split],
        Key(
            "The parts of the dataset by name. Each has a count, and may override sampling, cameras, render and "
            "question.",
            default=REQUIRED,
            at_least=1,
            names=f"^{names.SPLIT.pattern}$",
        ),
    ]
    code: ClassVar[
        Annotated[
            dict[str, str],
            Key(
                "Module with kinds or functions of your own -> SHA-256 of its source; filled in by tvrgen.",
                form="digests",
            ),
        ]
    ]
    document: Record = field(repr=False)
    source: str
    folder: Path | None = None

    @property
    def hash(self) -> str:
        """SHA-256 of the keys that determine the dataset, as hexadecimal text."""
        return hashlib.sha256(json.dumps(identity(self.document), sort_keys=True).encode()).hexdigest()

    def split(self, name: str) -> Split:
        if name not in self.splits:
            raise UserError(f"{self.source}: splits: no split {name!r}{nearest(name, self.splits)}")
        return self.splits[name]

    def not_imported(self) -> list[str]:
        """Kinds and families of the user's own, "package.module:Class", that were not imported for lack of trust."""
        splits = self.splits.values()
        kinds = {kind.name for split in splits for kind in split.kinds.values() if isinstance(kind, NotImported)}
        families = {own.family for split in splits for own in split.questions if own.family not in split.families}
        return sorted(kinds | families)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles the fields apart, so that another process finds the modules of the user's kinds as it unpickles."""
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return _unpickled, (type(self), self.folder, pickle.dumps(fields))


def _unpickled(config_type: type["Config"], folder: Path | None, fields: bytes) -> "Config":
    with importable(folder):
        return config_type(**pickle.loads(fields))


def identity(document: Record) -> Record:
    """Returns a resolved document without the keys that do not determine the dataset."""
    kept = copy.deepcopy(document)
    for section in (kept, *kept["splits"].values()):
        for outer, inner in (key.split(".") for key in NEUTRAL):
            section.get(outer, {}).pop(inner, None)
            if not section.get(outer, True):
                del section[outer]
    for shape in kept["vocabulary"].get("shapes", {}).values():
        shape.pop("least_turn", None)  # it follows from the mesh, whose SHA-256 counts
    return kept


def differences(a: Any, b: Any, path: str = "") -> list[str]:
    """The keys in which two documents differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        keys = sorted(a.keys() | b.keys())
        return [d for k in keys for d in differences(a.get(k), b.get(k), f"{path}.{k}" if path else k)]
    return [] if a == b else [path]
