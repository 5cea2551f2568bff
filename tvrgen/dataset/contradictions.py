"""Contradictions in lines that fit their schemas: what a schema cannot say."""

from collections.abc import Iterator

from tvrgen._support.json_lines import Record
from tvrgen.questions.families import changes
from tvrgen.questions.forms import changes_text
from tvrgen.questions.forms.registry import FORMS
from tvrgen.transformations.base import Step

_KEYS = (("changes", "initial_objects"), ("shows", "truth", "objects"))
"""Keys that a question line needs: of the family `changes`, and of another one."""


def of_scene(line: Record) -> Iterator[str]:
    """What the schema cannot say of a scene line: all its parts are of the same objects and cameras."""
    count = len(line["initial"]["objects"])
    states = {"final": line["final"], **{f"intermediate[{k}]": s for k, s in enumerate(line.get("intermediate", ()))}}
    for name, state in states.items():
        if len(state["objects"]) != count:
            yield f"{name}.objects: has {len(state['objects'])} entries; expected {count}, as in initial.objects"
    for k, step in enumerate(line["steps"]):
        place, named = f"steps[{k}]", step["objects"]
        yield from _naming_contradictions(place, step, "object", "kind", range(count))
        if len(step["roles"]) != len(named):
            yield f"{place}.roles: has {len(step['roles'])} entries; expected {len(named)}, one for each object"
        for difference in step["differences"]:
            if difference["object"] >= count:
                yield f"{place}.differences: object {difference['object']}; there are {count} objects"
            if difference["before"].keys() != difference["after"].keys():
                yield f"{place}.differences: object {difference['object']}: before and after differ in their keys"
    if "clip" in line:
        yield from _clip_contradictions(line["clip"])
        if len(line["clip"]["steps"]) != len(line["steps"]):
            yield f"clip.steps: has {len(line['clip']['steps'])} entries; expected {len(line['steps'])}, as in steps"
    for when, cameras in line["visibility"].items():
        for name, sights in cameras.items():
            if name not in line["cameras"]:
                yield f"visibility.{when}.{name}: there is no such camera"
            if len(sights) != count:
                yield f"visibility.{when}.{name}: has {len(sights)} entries; expected {count}, one for each object"


def of_question(line: Record) -> Iterator[str]:
    """What the schema cannot say of a question line: it has all that its family needs, and its parts fit together."""
    if "clip" in line:
        yield from _clip_contradictions(line["clip"])
    if missing := next((key for key in _KEYS["family" in line] if key not in line), None):
        yield f"{missing}: is missing"
    elif "family" in line:
        yield from _family_contradictions(line)
    else:
        yield from _changes_contradictions(line)


def _clip_contradictions(clip: Record) -> Iterator[str]:
    """What the schema cannot say of a clip: where its frames are, and that its changes follow one another in them."""
    if ("file" in clip) == ("files" in clip):
        yield "clip: has no single one of file and files"
    if len(clip.get("files", ())) not in (0, clip["count"]):
        yield f"clip.files: has {len(clip['files'])} entries; expected {clip['count']}, one for each frame"
    ends = [own for step in clip["steps"] for own in (step["start"], step["end"])]
    if ends != sorted({*ends}) or not all(0 < own < clip["count"] for own in ends):
        yield f"clip.steps: do not follow one another within {clip['count']} frames"


def _family_contradictions(line: Record) -> Iterator[str]:
    """What is wrong with a question of another family than `changes`: its images, and its answer as data."""
    if len(line["shows"]) != len(line["images"]):
        yield f"shows: has {len(line['shows'])} entries; expected {len(line['images'])}, one for each image"
    truth = line["truth"]
    if truth["form"] != line["answer_form"]:
        yield f"truth.form: is {truth['form']!r:.40}; expected {line['answer_form']!r:.40}, as in answer_form"
        return
    form, truth = FORMS.get(truth["form"]), truth | {"options": line.get("options", [])}
    if form is None or (fault := form.fault(truth)):
        yield f"truth: {fault if form else 'is of a form that this version does not know'}"
    elif form.judge(line["answer"], truth).share < 1:
        yield f"answer: {line['answer']!r:.40} is not that of truth"


def _changes_contradictions(line: Record) -> Iterator[str]:
    """What is wrong with changes: they are of the line's objects, each with its own value first."""
    if len(line["images"]) != 2 or line["answer_form"] not in changes_text.FORMS:
        yield "images: are not two, with an answer that lists changes; write the family of the question"
        return
    listed = [entry["index"] for entry in line["initial_objects"]]
    answers = {"changes": line["changes"]}
    answers |= {f"alternatives[{k}]": own for k, own in enumerate(line.get("alternatives", ()))}
    named = {index for own in answers.values() for change in own for index in change["objects"]}
    known = range(len(named.union(listed)))
    for name, answer in answers.items():
        for k, change in enumerate(answer):
            place = f"{name}[{k}]"
            yield from _naming_contradictions(place, change, "index", "attribute", known)
            if changes.accepted(own := step_of(change, "attribute"), [own])[0] not in change["accepted"]:
                yield f"{place}.accepted: lacks the value itself"
    if listed != sorted({*listed}) or named.union(listed) != {*known}:
        yield "initial_objects: are not numbered from 0, with those of the changes"


def _naming_contradictions(place: str, step: Record, alone: str, kind: str, known: range) -> Iterator[str]:
    """What the schema cannot say of how a step or a change names its objects.

    `alone` is its key for a single one, and `kind` that for its kind.
    """
    named = step["objects"]
    if beyond := [index for index in named if index not in known]:
        yield f"{place}.objects: names {beyond[0]}; there are {len(known)} objects"
    if ([step[alone]] if alone in step else []) != (named if len(named) == 1 else []):
        yield f"{place}.{alone}: is not the single one of its objects"
    for accepted in step["accepted"]:
        others = [accepted] if isinstance(accepted, dict) else []
        own = not others or (others[0]["objects"], others[0].get("attribute", step[kind])) == (named, step[kind])
        if own and bool(others) == (len(named) == 1):
            yield f"{place}.accepted: holds {accepted!r:.80}; expected {'a text' if others else 'objects and value'}"
        if any(index not in known for other in others for index in other["objects"]):
            yield f"{place}.accepted: names an object beyond the {len(known)} that there are"


def step_of(change: Record, kind: str) -> Step:
    """The step in a record, whose key `kind` has its kind."""
    return Step(objects=tuple(change["objects"]), kind=change[kind], value=change["value"])
