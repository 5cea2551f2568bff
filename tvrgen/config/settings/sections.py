"""The sections of a config, one dataclass each: sampling, cameras, render, image, output.

The first paragraph of each docstring is the section's description in the schema.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, ClassVar

from tvrgen._support.keys import Key
from tvrgen.config.settings.constraints import Constraints, Never, Only
from tvrgen.transformations import registry


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingSettings:
    """Sampling of problems.

    `objects`, `on_stage` and `steps` hold all numbers that may occur; `on_stage` None: all objects are on stage.
    """

    kinds: Annotated[
        tuple[str, ...],
        Key(
            f"The kinds of transformation: {', '.join(registry.DEFAULT)}, or your own as package.module:Class.",
            default=[*registry.DEFAULT],
            at_least=1,
        ),
    ]
    objects: Annotated[
        tuple[int, ...],
        Key(
            "Objects in the scene, those off stage included: a number or [min, max].", default=10, form="count_or_range"
        ),
    ]
    on_stage: Annotated[
        tuple[int, ...] | None,
        Key(
            "Objects on stage in the initial state: a number, [min, max], or all.",
            default=[1, 10],
            form="count_or_range_or_all",
            old_name="visible",
        ),
    ]
    steps: Annotated[
        tuple[int, ...], Key("Changes in a problem: a number or [min, max].", default=[1, 4], form="count_or_range")
    ]
    moves: Annotated[
        tuple[str, ...],
        Key(
            "Types of move that occur: inner stays on stage, out leaves it, in enters it.",
            default=["inner", "out", "in"],
            choices=("inner", "out", "in"),
            at_least=1,
        ),
    ]
    only: Annotated[Only, Key(default={})]
    never: Annotated[Never, Key(default={})]
    balance: Annotated[
        str,
        Key(
            "Unit that occurs equally often. kind: the kinds, and the values within a kind; value: all (kind, value) "
            "pairs, so that kinds with many values are frequent.",
            default="kind",
            choices=("kind", "value"),
        ),
    ]
    repeat: Annotated[bool, Key("Whether an object may change twice in one kind.", default=False)]
    twins: Annotated[
        bool,
        Key(
            "Whether objects may differ in their position alone; the prompt then says where each is.",
            default=False,
        ),
    ]
    no_change: Annotated[
        Fraction,
        Key(
            "Fraction of problems in which nothing changes. Where it is not 0, each problem's second image has a "
            "camera and light jitter of its own, so that equal pixels do not reveal the answer.",
            default=0,
            minimum=0,
            maximum=1,
        ),
    ]
    min_visible_pixels: Annotated[
        int,
        Key(
            "The least number of visible pixels of an object that changes, counted at a width of 320.",
            default=150,
            minimum=1,
            maximum=10000,
        ),
    ]
    max_attempts: Annotated[
        int,
        Key(
            "Draws for one problem before an error names the rule that most of them broke.",
            default=1000,
            minimum=1,
            maximum=1000000,
        ),
    ]

    @property
    def constraints(self) -> Constraints:
        return Constraints(only=self.only, never=self.never)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSettings:
    """Cameras of the images, by their names in the scene."""

    initial: Annotated[str, Key("The camera of the first image. Directions are those of its viewer.", default="center")]
    final: Annotated[
        tuple[str, ...],
        Key("The cameras of the second image; one question for each.", default=["center"], form="names"),
    ]
    views: Annotated[
        str,
        Key(
            "all: each problem is seen from every final camera; one: from one of them, dealt evenly.",
            default="all",
            choices=("all", "one"),
        ),
    ]

    @property
    def names(self) -> tuple[str, ...]:
        """All cameras of a problem, the initial one first, each once."""
        return tuple(dict.fromkeys((self.initial, *self.final)))

    @property
    def released(self) -> int:
        """The number of final views of a problem."""
        return 1 if self.views == "one" else len(self.final)


PRESETS: dict[str, dict[str, Any]] = {
    "draft": {"samples": 4, "noise_threshold": 0, "denoise": True},
    "standard": {"samples": 128, "noise_threshold": 0.045, "denoise": True},
    "high": {"samples": 256, "noise_threshold": 0.02, "denoise": True},
}
"""Preset -> the keys that replace `render.preset` in a resolved config."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderSettings:
    """Rendering of the images."""

    width: Annotated[int, Key("Pixels.", default=320, minimum=32, maximum=2048)]
    height: Annotated[int, Key("Pixels.", default=240, minimum=32, maximum=2048)]
    preset: ClassVar[
        Annotated[
            str,
            Key(
                "Quality against time: sets samples, noise_threshold and denoise where they are not given.",
                default="standard",
                choices=tuple(PRESETS),
            ),
        ]
    ]
    samples: Annotated[int, Key("Light paths for a pixel, at most.", minimum=1, maximum=65536)]
    noise_threshold: Annotated[
        float,
        Key(
            "A pixel takes no more samples once its noise is below this; 0: every pixel takes all.",
            minimum=0,
            maximum=1,
        ),
    ]
    denoise: Annotated[bool, Key("Whether Open Image Denoise cleans the image.")]
    device: Annotated[
        str,
        Key(
            "The render device. auto: the machine's GPU, else its CPU. A named device that is missing is an error.",
            default="auto",
            choices=("auto", "cpu", "cuda", "optix", "hip", "oneapi", "metal"),
        ),
    ]
    threads: Annotated[int, Key("CPU threads of one worker; 0: all.", default=0, minimum=0, maximum=1024)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSettings:
    """The files of the images."""

    format: Annotated[
        str,
        Key(
            "png keeps every pixel; jpeg and webp are smaller and lossy.",
            default="png",
            choices=("png", "jpeg", "webp"),
        ),
    ]
    quality: Annotated[int, Key("Quality of jpeg and webp.", default=95, minimum=1, maximum=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipSettings:
    """A video of each problem: its states in order and the changes between them, as the initial camera sees them.

    `hold` holds all numbers that may occur.
    """

    frames: Annotated[int, Key("Frames of each change, between two states.", default=12, minimum=1, maximum=240)]
    fps: Annotated[int, Key("Frames a second.", default=12, minimum=1, maximum=120)]
    hold: Annotated[
        tuple[int, ...],
        Key(
            "Frames in which nothing moves, before, between and after changes: a number or [min, max], drawn.",
            default=[4, 12],
            form="count_or_range",
        ),
    ]
    format: Annotated[
        str,
        Key(
            "mp4: a video file (H.264). frames: an image file for each frame that differs from those before it.",
            default="mp4",
            choices=("mp4", "frames"),
        ),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSettings:
    """Files of the dataset."""

    shard_size: Annotated[
        int,
        Key(
            "Problems in a shard, the unit that is written whole or not at all.", default=100, minimum=1, maximum=100000
        ),
    ]
    format: Annotated[
        str,
        Key(
            "files: records and images in the shard's folder. webdataset: all of them in one tar a shard, a problem's "
            "files one after another.",
            default="files",
            choices=("files", "webdataset"),
        ),
    ]
    annotations: Annotated[
        tuple[str, ...],
        Key(
            "Files beside each image: index masks, depth, normals. Every scene line holds boxes, visible pixels and "
            "visible fractions.",
            default=[],
            choices=("index", "depth", "normals"),
        ),
    ]
    intermediate: Annotated[
        bool, Key("Whether the states between the steps are rendered too, by the initial camera.", default=False)
    ]
    blend: Annotated[
        bool, Key("Whether each problem also gets a .blend file, with a Blender scene for each image.", default=False)
    ]
    clip: Annotated[
        ClipSettings | None,
        Key("A video of each problem; null, as if left out: none.", form="clip_or_null"),
    ] = None
