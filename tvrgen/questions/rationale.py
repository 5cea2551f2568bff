"""Rationales: the reasoning from two images to the answer, in sentences that are true by construction.

For each object they say where it is in the first image, where its counterpart is in the second, and what is equal or
differs; then they conclude. They say nothing about the second image that it does not show, such as the direction in
which an object left, or the look of a hidden object.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np

from tvrgen.config.settings import QuestionSettings, Split
from tvrgen.imaging.shots import Shot
from tvrgen.questions.base import Sentence
from tvrgen.questions.exhibit import ENDS_OF_CLIP
from tvrgen.questions.forms import changes_text
from tvrgen.questions.wording import capitalized, joined
from tvrgen.sampling import fairness
from tvrgen.sampling.problem import Planned
from tvrgen.scene import camera_model
from tvrgen.scene.attributes import in_looks
from tvrgen.scene.model import Camera, Object
from tvrgen.transformations.base import Step


def rationale(
    rng: np.random.Generator, planned: Planned, view: str, split: Split, settings: QuestionSettings
) -> list[Sentence]:
    """Returns the sentences for the question with the final view `view`; `rng` draws their phrasings.

    A rationale that is not "full" (`settings.rationale`) is about the changed objects alone.
    """
    story = _Story(rng, planned, view, split, settings)
    changed = {k for step in planned.problem.steps for k in step.objects}
    described = [
        k
        for k in range(len(planned.states[0].objects))
        if k in changed or (settings.rationale == "full" and story.can_name(k))
    ]
    return [story.viewpoints(), *(sentence for k in described for sentence in story.about(k)), story.conclusion()]


class _Story:
    def __init__(
        self, rng: np.random.Generator, planned: Planned, view: str, split: Split, settings: QuestionSettings
    ) -> None:
        self._form, self._split, self._of_clip = settings.prompt.answer, split, settings.of_clip
        self._first, self._second = ENDS_OF_CLIP if self._of_clip else ("the first image", "the second image")
        self._steps, self._said = planned.problem.steps, planned.said
        roles = [role for own in planned.roles for role in own]
        ways = " and ".join(
            word
            for word, there in (
                ("off", any(r.after == "unseen" for r in roles)),
                ("onto", any(r.enters for r in roles)),
            )
            if there
        )
        shown = "first frame and the last" if self._of_clip else "images"
        self._alternatives = f"any way {ways} the stage that the {shown} allow is right" if ways else ""
        self._before, self._after = planned.initial, planned.final(view)
        self._listed = self._form != "description"
        self._least = fairness.least_pixels(split.sampling.min_visible_pixels, split.render.width)
        self._one_of: Callable[..., str] = lambda *texts: texts[rng.integers(len(texts))]

    def can_name(self, k: int) -> bool:
        """Whether the prompt lists object k, or the first image shows it."""
        return self._listed or self._seen(self._before, k)

    def viewpoints(self) -> Sentence:
        """The sentence on how the viewpoint has changed; turns below 2 degrees are not mentioned."""
        if self._of_clip:
            return Sentence("match", "The camera of the video stands still.")
        turn, lift = (b - a for a, b in zip(_angles(self._before.camera), _angles(self._after.camera), strict=True))
        turn = (turn + 180) % 360 - 180
        parts = [f"{abs(turn):.0f} degrees further {'right' if turn > 0 else 'left'}"] if abs(turn) >= 2 else []
        parts += [f"{abs(lift):.0f} degrees {'higher' if lift > 0 else 'lower'}"] if abs(lift) >= 2 else []
        if self._before.camera == self._after.camera:
            text = self._one_of(
                "Both images are taken from the same viewpoint.",
                "The viewpoint is the same in both images.",
            )
        elif not parts:
            text = "Both images are taken from nearly the same viewpoint."
        else:
            where = " and ".join(parts)
            text = self._one_of(
                f"The second image is taken from another viewpoint, some {where} around the scene.",
                f"Seen from the middle of the scene, the second camera stands some {where} than the first one.",
            )
        return Sentence("match", text)

    def about(self, k: int) -> Iterator[Sentence]:
        """The sentences on object k."""
        first, last = (shot.state.objects[k] for shot in (self._before, self._after))
        on_stage = self._split.vocabulary.grid.shows
        was_on_stage, is_on_stage = on_stage(first), on_stage(last)
        own = [step for step in self._steps if k in step.objects]
        if not first.present:
            yield from self._new(k)
            return
        yield Sentence("locate", self._located(k, was_on_stage))
        if not is_on_stage:
            yield Sentence("match", self._gone(was_on_stage) if last.present else self._missing())
        elif not self._seen(self._after, k):
            yield Sentence("match", self._hidden())
        else:
            stands = self._stands(self._after, k)
            counterpart = self._counterpart(last, was_on_stage)
            yield Sentence("match", f"In {self._second}, {counterpart} {stands.rstrip(',')}.")
            if own:
                yield Sentence("compare", self._differences(first, last, own, was_on_stage))
            else:
                yield Sentence("compare", self._no_difference(self._seen(self._before, k)))

    def conclusion(self) -> Sentence:
        """The sentence that gives the answer."""
        looks = [o.looks for o in self._before.state.objects]
        text = changes_text.write(self._said, self._form, looks)
        if not self._steps:
            still = "Nothing changes in the video." if self._of_clip else "Nothing has changed between the images."
            return Sentence("conclude", self._one_of("So nothing changed.", still))
        if self._alternatives:
            text = f"{text} ({self._alternatives})"
        last = "the last" if self._of_clip else "the second"
        if len({(s.objects, s.kind) for s in self._steps}) < len(self._steps):
            return Sentence("conclude", f"In this order, these changes lead from {self._first} to {last}: {text}.")
        return Sentence("conclude", self._one_of(f"So the changes are: {text}.", f"Hence the answer: {text}."))

    def _located(self, k: int, was_on_stage: bool) -> str:
        name = self._name(k)
        if not was_on_stage:
            return f"{name} is out of sight in {self._first}."
        if not self._seen(self._before, k):
            return f"{name} can hardly be seen in {self._first}."
        stands = self._stands(self._before, k)
        return self._one_of(
            f"{name} {stands} in {self._first}.", f"In {self._first}, {_lower(name)} {stands.rstrip(',')}."
        )

    def _gone(self, was_on_stage: bool) -> str:
        if not was_on_stage:
            return self._one_of(f"It does not appear in {self._second} either.", f"Nor is it in {self._second}.")
        if self._of_clip:
            return f"It is missing in {self._second}: it has left the stage."
        return self._one_of(
            "It is missing in the second image: it has left the stage, and which way does not show.",
            "The second image does not have it any more, so it has left; where it went cannot be seen.",
        )

    def _new(self, k: int) -> Iterator[Sentence]:
        looks, seen = " ".join(self._after.state.objects[k].looks), self._seen(self._after, k)
        stands = self._stands(self._after, k).rstrip(",") if seen else "can hardly be seen"
        yield Sentence("match", f"In {self._second}, a {looks} {stands}.")
        yield Sentence("compare", f"{capitalized(self._first)} does not have it, so it is new.")

    def _missing(self) -> str:
        return self._one_of(
            f"It is missing in {self._second}.", f"{capitalized(self._second)} does not have it any more."
        )

    def _hidden(self) -> str:
        return self._one_of(
            f"{capitalized(self._second)} does not show enough of it to tell; nothing speaks for a change.",
            f"In {self._second} it can hardly be seen, and nothing speaks for a change.",
        )

    def _counterpart(self, last: Object, was_on_stage: bool) -> str:
        looks, is_it = " ".join(last.looks), "is it" if was_on_stage else "must be it"
        return self._one_of(f"the {looks} {is_it}: it", f"it is the {looks} that")

    def _no_difference(self, seen: bool) -> str:
        if not seen:
            return f"It looks as {self._first} and the list say."
        return self._one_of(
            f"Its {joined(in_looks(self._split.vocabulary.attributes))} are as before, and it stands where it stood.",
            "Nothing about it differs: looks and place are the same.",
        )

    def _differences(self, first: Object, last: Object, own: list[Step], was_on_stage: bool) -> str:
        attributes = self._split.vocabulary.attributes
        differ = [a for a in attributes if getattr(first, a) != getattr(last, a)]
        equal = [a for a in attributes if a not in differ]
        parts = [
            self._one_of(
                f"its {a} was {getattr(first, a)} and is {getattr(last, a)} now",
                f"its {a} has changed from {getattr(first, a)} to {getattr(last, a)}",
            )
            for a in differ
        ]
        for kind in dict.fromkeys(s.kind for s in own if s.kind not in attributes):
            steps = [s for s in own if s.kind == kind]
            parts += self._split.kinds[kind].told(steps, not was_on_stage, self._called)
        same = f", while its {joined(equal)} {'is' if len(equal) == 1 else 'are'} the same" if equal and differ else ""
        return f"{capitalized(joined(parts, ', and ') if len(parts) > 1 else parts[0])}{same}."

    def _name(self, k: int) -> str:
        looks = " ".join(self._before.state.objects[k].looks)
        return f"Object {k}, the {looks}," if self._listed else f"The {looks}"

    def _called(self, k: int) -> str:
        """The words for object k within a sentence."""
        return _lower(self._name(k)).rstrip(",")

    def _seen(self, shot: Shot, k: int) -> bool:
        return shot.seen[k].pixels >= self._least

    def _stands(self, shot: Shot, k: int) -> str:
        """ "stands at the lower left, behind the small red cube", of an object in sight."""
        box = shot.seen[k].box
        assert box is not None
        where = in_image(box, self._split.render.width, self._split.render.height)
        if neighbour := self._neighbour(shot, k):
            return f"stands {where}, {neighbour}"
        return f"stands {where}"

    def _neighbour(self, shot: Shot, k: int) -> str:
        """ "behind the small red cube": the nearest object in sight, and its direction for the camera; "" for none."""
        objects, own = shot.state.objects, shot.state.objects[k]
        near = [o for o in range(len(objects)) if o != k and self._seen(shot, o)]
        if not near:
            return ""
        nearest = min(near, key=lambda o: (math.dist(objects[o].position, own.position), o))
        azimuth = math.radians(_angles(shot.camera)[0])
        dx, dy = (a - b for a, b in zip(own.position, objects[nearest].position, strict=True))
        towards = dx * math.cos(azimuth) + dy * math.sin(azimuth)
        right = dy * math.cos(azimuth) - dx * math.sin(azimuth)
        depth = "in front of" if towards > 0 else "behind"
        side = f"to the {'right' if right > 0 else 'left'} of"
        other = f"the {' '.join(objects[nearest].looks)}"
        if self._split.sampling.twins:  # looks alone do not identify objects
            other = f"object {nearest}, {other},"
        if abs(right) > 2 * abs(towards):
            return f"{side} {other}"
        if abs(towards) > 2 * abs(right):
            return f"{depth} {other}"
        return f"{depth} {other} and {side} it"


def _angles(camera: Camera) -> tuple[float, float]:
    """(azimuth, elevation) of a camera around the point that it looks at, in degrees."""
    x, y, z = (a - b for a, b in zip(camera.location, camera.look_at, strict=True))
    return camera_model.azimuth(camera), math.degrees(math.atan2(z, math.hypot(x, y)))


def in_image(box: tuple[int, int, int, int], width: int, height: int) -> str:
    """The ninth of the image that holds the middle of a box (left, top, right, bottom), in words."""
    left, top, right, bottom = box
    across = min(2, int(3 * (left + right) / 2 / width))
    down = min(2, int(3 * (top + bottom) / 2 / height))
    if across == 1:
        return ("at the top", "in the middle", "at the bottom")[down]
    side = ("left", "", "right")[across]
    return (f"at the upper {side}", f"on the {side}", f"at the lower {side}")[down]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
