"""SEAL: text alone, in the form of the MATH dataset, with what the images show told in words."""

from functools import cached_property
from typing import Any

from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Split
from tvrgen.export import states_as_text
from tvrgen.export.reader import Question
from tvrgen.export.states_as_text import MOVES, Objects, Reading
from tvrgen.export.writers import Lines

_LEVELS = 5

_CHANGES = """\
A scene of simple objects changes. Each object stands at a place (x, y) of a grid; x and y are from {low} to {high} on \
the stage, and some objects may stand outside it.

Before the changes, with their numbers:
{before}

After the changes, in the order of their places and without numbers:
{after}

Find out what changed: the fewest changes that lead from the first state to the second one. A change gives one object \
another value of one attribute; no object changes twice in the same attribute. Possible changes:
{values}

Write each change as #NUMBER.ATTRIBUTE.VALUE, and separate them by commas, in the order of numbers, and those of one \
object in alphabetical order, such as #0.color.gray, #0.size.large, #3.shape.cube. If nothing changed, \
the answer is: no change."""

_OTHERS = """\
There is a question about {images} of a scene of simple objects. Instead of seeing {them}, read which objects {they} \
on the stage, and at which places (x, y) of a grid on the ground, with squares of {unit:g} m.

{shown}{moves}

{question}
{form}"""

_FORMS = {
    "number": "Answer with a whole number in digits.",
    "choice": "Answer with the letter of the right option.",
}

_OMITTED = {
    "relation": "ask for directions that a camera sees",
    "order": "ask for an order that a camera sees",
    "viewpoint": "ask where a camera stands",
    "map": "ask for a map as a camera sees the stage",
    "distance": "ask for a distance, of which SEAL's grader wants every digit",
}
_SEEN = {"nearest": ("locate",), "pairs": ("locate",), "size_of": ("locate", "compare")}
"""Family -> the purposes of sentences of its rationales that say what an image alone shows."""

_TOLD = ("counting", "nearest", "pairs", "which_changed", "undo", "size_of")
"""Families that a state in words can answer."""


class Seal(Lines):
    title = "SEAL"
    omitting = True
    truths = False
    scenes = True
    text = """\
```bash
mkdir -p data/MATH
cp {out}/{split}.jsonl data/MATH/train.jsonl
python eval_MATH_vllm.py --dataset MATH_train --model_name_or_path deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B \\
    --use_chat_format --max_tokens 10000 --save_dir results
python hidden_analysis.py --data_dir results --data_path data/MATH/train.jsonl ...
```

in the folder of SEAL's code (a copy at github.com/Zemelee/SEAL; this export has not been run with it).

There are no pictures: a problem tells in words which objects there are, with their places on a grid, before the changes
and after them, and asks what changed. A row has the keys of the MATH dataset: `problem`, `level` ("Level 1" to
"Level 5", by difficulty), `type` (the kinds of change, or the family of another question) and `solution` (steps parted
by blank lines, the last of which has the answer in `\\boxed{}`); besides `answer` and `id`.

A response is right if the text in its `\\boxed{}` is that of the solution. `#` in front of numbers is there for SEAL's
grader, which takes texts for formulas: it would take 0.color.red and 0.color.blue for the number 0.
"""

    _told_of: tuple[str, set[str]] = ("", set())
    """A scene and the problems about it that are not left out: questions about a scene follow each other."""

    def omits(self, question: Question) -> str:
        line = question.line
        if "mirrored" in line:
            return "show mirrored images"
        if reason := self._omits_changes(question) if "family" not in line else _omits_family(line):
            return reason
        scene, told = self._told_of
        self._told_of = (line["scene"], told if scene == line["scene"] else set())
        if (problem := self._problem(question)) in self._told_of[1]:
            return "are the same as another one in words, about another view"
        self._told_of[1].add(problem)
        return ""

    def _omits_changes(self, question: Question) -> str:
        line = question.line
        kinds = [change["attribute"] for change in line["changes"]]
        if not {*kinds} <= {*self._split(line).vocabulary.attributes, MOVES}:
            return "have changes of other kinds than looks and moves"
        return (
            ""
            if self._reading(question) is not None
            else "have several answers, or none, if each attribute changes once"
        )

    def texts(self, question: Question) -> tuple[str, str]:
        row = self.row(question, 0)
        return row["problem"], row["solution"]

    def row(self, question: Question, number: int) -> dict[str, Any]:
        line = question.line
        if "family" in line:
            kind, answer = line["family"], line["answer"]
            seen = _SEEN.get(kind, ())
            steps = [sentence["text"] for sentence in line.get("rationale", ()) if sentence["does"] not in seen]
        else:
            read = self._reading(question) or ()
            kind = ", ".join(sorted({name for own in read for name in own.changes})) or "no change"
            answer, steps = _answer(read), [_became(own) for own in read]
        return {
            "problem": self._problem(question),
            "level": f"Level {1 + min(_LEVELS - 1, int(_LEVELS * line['difficulty']['score']))}",
            "type": kind,
            "solution": "\n\n".join([*steps, f"The answer is \\boxed{{{answer}}}."]),
            "answer": answer,
            "id": question.id,
        }

    def _problem(self, question: Question) -> str:
        """What the images show in words, and the question."""
        return self._told(question) if "family" in question.line else self._changes(question)

    def _changes(self, question: Question) -> str:
        split, (before, after) = self._split(question.line), self._states(question)
        grid = split.vocabulary.grid
        values = [
            f"{name}: {', '.join(own)}" for name, own in split.values.items() if name in split.vocabulary.attributes
        ]
        if MOVES in split.values:
            values.append(f"{MOVES}, and what it adds to the place: {_moves(split)}")
        return _CHANGES.format(
            low=-grid.stage,
            high=grid.stage,
            before=states_as_text.numbered(before, grid),
            after=states_as_text.unnumbered(after, grid),
            values="\n".join(values),
        )

    def _told(self, question: Question) -> str:
        line = question.line
        split, shows = self._split(line), line["shows"]
        grid, shown = split.vocabulary.grid, []
        states = dict(zip(("initial", "final"), self._states(question), strict=True))
        which = ("The image shows:",) if len(shows) == 1 else ("The first image shows:", "The second image shows:")
        for title, name in zip(which, shows, strict=True):
            seen = {k: own for k, own in states[name.partition("-")[0]].items() if grid.shows(own)}
            shown.append(f"{title}\n{states_as_text.unnumbered(seen, grid)}")
        directional = any(f".{MOVES}." in option for option in line.get("options", ()))
        asks = line["question"].rpartition("\n")[0]
        words = ("an image", "it", "it shows") if len(shows) == 1 else ("two images", "them", "they show")
        form = _FORMS.get(line["answer_form"]) or f"Answer with one of these: {', '.join(line['truth']['among'])}."
        return _OTHERS.format(
            images=words[0],
            them=words[1],
            they=words[2],
            unit=grid.unit,
            shown="\n\n".join(shown),
            moves=f"\n\nWhat moves add to a place: {_moves(split)}" if directional else "",
            question=asks,
            form=form,
        )

    def _reading(self, question: Question) -> tuple[Reading, ...] | None:
        """Which object became which, as far as the text of the states tells it."""
        line = question.line
        return states_as_text.reading(*self._states(question), self._split(line), len(line["changes"]))

    def _states(self, question: Question) -> tuple[Objects, Objects]:
        return states_as_text.states(question.scene(), self._split(question.line))

    def _split(self, line: Record) -> Split:
        return self._settings[line["split"]]

    @cached_property
    def _settings(self) -> dict[str, Split]:
        config = self.dataset.config()
        return {name: config.split(name) for name in self.splits}


def _omits_family(line: Record) -> str:
    """Why a question of another family than `changes` is left out, or ""."""
    family = line["family"]
    if family not in _TOLD:
        return _OMITTED.get(family, f"are of the family {family}, of which states in words may not tell the answer")
    if family == "size_of" and line["level"].startswith("image."):
        return "ask how large objects look"
    if family == "undo" and line["answer_form"] != "choice":
        return "have texts as answers that SEAL's grader takes for equal formulas"
    asks, _, form = line["question"].rpartition("\n")
    if "<answer>" not in form or "<" in asks:
        return "have prompts whose last line is not that on the form of answers"
    return ""


def _became(read: Reading) -> str:
    """A sentence on what became of an object."""
    was, now = states_as_text.described(read.before), states_as_text.described(read.after)
    changes = ", ".join(f"{name}.{value}" for name, value in sorted(read.changes.items()))
    became = f"became the {now}: {changes}" if changes else "is there as it was"
    return f"#{read.number}, the {was}, {became}."


def _answer(read: tuple[Reading, ...]) -> str:
    """The changes as the problem asks for them, in one order."""
    changes = [f"#{own.number}.{name}.{value}" for own in read for name, value in sorted(own.changes.items())]
    return ", ".join(changes) or "no change"


def _moves(split: Split) -> str:
    return ", ".join(f"{name} ({x}, {y})" for name, (x, y) in states_as_text.moves(split).items())
