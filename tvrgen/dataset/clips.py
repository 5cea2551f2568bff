"""Clips in a dataset: what each frame shows, when each change happens, and the files."""

from collections.abc import Sequence
from dataclasses import dataclass

from tvrgen._support.json_lines import Record
from tvrgen._support.rng import generator
from tvrgen.config.settings import Split
from tvrgen.dataset.images import SUFFIX, ImageFile
from tvrgen.dataset.shard_formats import FORMATS
from tvrgen.imaging import timeline
from tvrgen.imaging.timeline import Moment, Span
from tvrgen.sampling.problem import Planned

VIDEO = ".mp4"
"""The ending of a video's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """The clip of a problem. Paths are relative to the shard.

    `moments` says what each frame shows, and `spans` in which frames each step happens. `file` is the path of the video
    file; empty where image files are the clip. `paths` has the image file of each moment: of all of them, or, beside a
    video file, of those that the problem's images show.
    """

    fps: int
    moments: tuple[Moment, ...]
    spans: tuple[Span, ...]
    file: str
    paths: dict[Moment, str]
    images: frozenset[str]
    """Those of `paths` that are images of the problem anyway."""

    @property
    def files(self) -> tuple[str, ...]:
        """The files that are made for the clip alone, in the order of its frames."""
        return (self.file,) if self.file else tuple(p for p in self.paths.values() if p not in self.images)

    @property
    def made(self) -> int:
        """The number of different frames that no image of the problem shows."""
        return len({moment for moment in self.moments if self.paths.get(moment) not in self.images})

    @property
    def record(self) -> Record:
        """The clip in scene lines and question lines."""
        held = {"file": self.file} if self.file else {"files": [self.paths[moment] for moment in self.moments]}
        steps = [{"start": span.start, "end": span.end} for span in self.spans]
        return {**held, "fps": self.fps, "count": len(self.moments), "steps": steps}


def clip_of(scene: str, steps: int, digest: str, images: Sequence[ImageFile], split: Split) -> Clip | None:
    """Returns the clip of a problem with this id, number of steps, hash and images; None if the split has no clips.

    It has spans for as many steps as a problem has at most, and stands still around them for numbers of frames drawn by
    the hash. The steps happen in some of the spans, drawn likewise, so that the length tells nothing of their number.
    """
    if (settings := split.output.clip) is None:
        return None
    form, suffix = FORMATS[split.output.format], SUFFIX[split.image.format]
    rng, most = generator(0, "clip", digest), max(steps, *split.sampling.steps)
    holds = [settings.hold[k] for k in rng.integers(len(settings.hold), size=most + 1)]
    every = timeline.spans(holds, settings.frames)
    spans = tuple(every[k] for k in sorted(rng.permutation(most)[:steps]))
    moments = timeline.moments(spans, sum(holds) + most * settings.frames)
    paths = _stills(steps, images, split)
    shown = frozenset(paths.values())
    is_file = settings.format == "mp4"
    if not is_file:
        # numbered by what they show: which files a shard has does not depend on how long states stand still
        different = dict.fromkeys(moments)
        own = {moment: f"{form.clip(scene, number)}{suffix}" for number, moment in enumerate(different)}
        paths = {moment: paths.get(moment, own[moment]) for moment in different}
    return Clip(
        fps=settings.fps,
        moments=moments,
        spans=spans,
        file=f"{form.clip(scene)}{VIDEO}" if is_file else "",
        paths=paths,
        images=shown,
    )


def is_video(path: str) -> bool:
    """Whether a file of a clip is a video, else an image."""
    return path.endswith(VIDEO)


def number_of_images(steps: int, views: Sequence[str], split: Split) -> int:
    """The number of images of a problem with so many steps and these final views, with the frames of its clip."""
    if not steps:
        return split.images
    between = (steps - 1) * (2 if split.mirrors else 1) if split.output.intermediate else 0
    return split.images + between + _new_frames(steps, views, split)


def _new_frames(steps: int, views: Sequence[str], split: Split) -> int:
    """The number of different frames of a clip that no image shows."""
    if split.output.clip is None:
        return 0
    between = 0 if split.output.intermediate else steps - 1
    last = split.jitters_apart or split.cameras.initial not in views
    return steps * split.output.clip.frames + between + last


def of_planned(planned: Planned, images: Sequence[ImageFile], split: Split) -> Clip | None:
    """Returns the clip of a planned problem, as `clip_of`."""
    return clip_of(planned.problem.id, len(planned.problem.steps), planned.hash, images, split)


def _stills(steps: int, images: Sequence[ImageFile], split: Split) -> dict[Moment, str]:
    """The paths of the images that are frames: of states, by the initial camera where the first image has it."""
    paths: dict[Moment, str] = {}
    for image in images:
        shot = image.shot
        moved = shot.when == "final" and (shot.camera.name != split.cameras.initial or split.jitters_apart)
        if image.flips or moved:
            continue
        step = {"initial": 0, "final": steps}.get(shot.when)
        paths.setdefault(Moment(int(shot.when.removeprefix("step")) if step is None else step), image.path)
    return paths
