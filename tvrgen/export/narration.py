"""Narration of clips: what a video shows, in words that follow from its scene line.

Nothing here asks of which kind a change is: what happens is told by the difference that it makes.
"""

from collections.abc import Mapping
from typing import NamedTuple

from tvrgen._support.json_lines import Record
from tvrgen.questions.rationale import in_image
from tvrgen.questions.wording import joined
from tvrgen.scene.attributes import BUILT_IN, in_looks

_LOOKS = in_looks(BUILT_IN)
_NO_LOOKS = ("index", "position", "rotation", "present", "on_stage")


class Event(NamedTuple):
    """What happens in the frames from `start` to `end`, the latter excluded: "the red cube disappears".

    `place` says about where: "at the lower left of the picture".
    """

    start: int
    end: int
    text: str
    place: str


def scenery(scene: Record) -> str:
    """Returns a sentence on the objects that the first frame shows, with their places."""
    places = _places(scene, "initial")
    told = [f"{_a(thing)} {places[k]}" for k, thing in enumerate(scene["initial"]["objects"]) if k in places]
    return f"The video shows simple objects on a stage: {joined(told)}." if told else "The video shows an empty stage."


def events(scene: Record, clip: Record) -> list[Event]:
    """Returns what happens in the clip of a scene line, in its order: an event for each step that can be seen."""
    now = [dict(thing) for thing in scene["initial"]["objects"]]
    first, last = (_places(scene, when) for when in ("initial", "final"))
    found = []
    for step, span in zip(scene["steps"], clip["steps"], strict=False):
        roles, texts, places = dict(zip(step["objects"], step["roles"], strict=False)), [], []
        for difference in step["differences"]:
            k, after = difference["object"], difference["after"]
            if text := _happens(now[k], difference, roles.get(k, _SEEN)):
                texts.append(text)
                places.append(first.get(k) or last.get(k) or "somewhere")
            now[k] |= after
            if "position" in after:
                first.pop(k, None)  # from now on it is nearer to where it stands in the end
        if texts:
            place = f"{joined([*dict.fromkeys(places)])} of the picture"
            found.append(Event(span["start"], span["end"], joined(texts), place))
    return found


_SEEN = {"before": "seen", "after": "seen"}


def _happens(thing: Record, difference: Record, role: Mapping[str, str]) -> str:
    """What happens to an object, which is out of sight both before and after if the text is empty."""
    before, after = difference["before"], difference["after"]
    match role["before"] == "seen", role["after"] == "seen":
        case False, False:
            return ""
        case False, True:
            return f"{_a(thing | after)} {'appears' if role['before'] == 'absent' else 'comes onto the stage'}"
        case True, False:
            return f"the {_looks(thing)} {'disappears' if role['after'] == 'absent' else 'leaves the stage'}"
    does = [word for key, word in (("position", "moves"), ("rotation", "turns on the spot")) if key in after]
    if new := [f"{key} from {_word(before[key])} to {_word(after[key])}" for key in after if key not in _NO_LOOKS]:
        does.append(f"changes its {joined(new)}")
    return f"the {_looks(thing)} {joined(does)}"


def _places(scene: Record, when: str) -> dict[int, str]:
    """About where in the clip's picture the objects are whose places are known and in sight."""
    view = next(iter(scene["visibility"]["initial"]))
    width, height = (max(1, round(2 * row[2])) for row in scene["cameras"][view]["intrinsics"][:2])
    sights = scene["visibility"][when].get(view, ())
    return {k: in_image(sight["box"], width, height) for k, sight in enumerate(sights) if sight["box"]}


def _a(thing: Record) -> str:
    looks = _looks(thing)
    return f"{'an' if looks[0] in 'aeiou' else 'a'} {looks}"


def _looks(thing: Record) -> str:
    """The words for an object: its size, color, material and shape, and behind its size all further attributes."""
    further = [key for key in thing if key not in (*_LOOKS, *_NO_LOOKS)]
    size, *rest = _LOOKS
    return " ".join(_word(thing[key]) for key in (size, *further, *rest))


def _word(value: str) -> str:
    return str(value).replace("_", " ")
