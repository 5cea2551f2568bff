"""Answers without looking: what a dataset gives away to those who do not see its pictures."""

from collections import Counter
from collections.abc import Callable, Iterable

from tvrgen import answers
from tvrgen.record import Record
from tvrgen.scene import Step
from tvrgen.seeding import generator
from tvrgen.settings import Split

NAMES = ("no_change", "most_frequent", "random", "oracle")


def baseline(name: str, seen: Iterable[Record] = ()) -> Callable[[Record, Record, Split], str]:
    """A function from (question, scene, split) to a response.

    no_change: that nothing changed. most_frequent: the answer that is most frequent among the question lines `seen`,
    such as those of training. random: as many changes as the split may have, of objects that the first image shows,
    each to another value than it has. oracle: the truth, to show that the scorer gives it full marks.
    """
    if name == "no_change":
        return lambda question, scene, split: _response(answers.NO_CHANGE)
    if name == "most_frequent":
        most = Counter(question["answer"] for question in seen).most_common(1)
        text = most[0][0] if most else answers.NO_CHANGE
        return lambda question, scene, split: _response(text)
    if name == "random":
        return _random
    return lambda question, scene, split: _response(question["answer"])


def _random(question: Record, scene: Record, split: Split) -> str:
    rng = generator(0, "random answer", question["id"])
    objects = question["initial_objects"]
    seen = [o["index"] for o in objects if o["on_stage"]]
    slots = [(k, kind) for k in seen for kind in split.kinds]
    count = int(rng.choice(split.sampling.steps))
    steps = []
    for slot in rng.permutation(len(slots))[:count]:
        k, kind = slots[slot]
        values = [v for v in split.values[kind] if v != objects[k].get(kind)]
        if values:
            steps.append(Step(object=k, kind=kind, value=values[rng.integers(len(values))]))
    looks = [(o["size"], o["color"], o["material"], o["shape"]) for o in objects]
    return _response(answers.write(steps, question["answer_form"], looks))


def _response(answer: str) -> str:
    return f"<think></think><answer>{answer}</answer>"
