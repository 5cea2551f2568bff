"""SEED-Bench-R1: JSON lines of choices among four options, and three levels of validation."""

from pathlib import PurePosixPath
from typing import Any

from tvrgen._support.json_lines import Record
from tvrgen._support.names import HELD_OUT
from tvrgen.dataset.reader import Dataset
from tvrgen.export.folder import Output
from tvrgen.export.reader import Question, not_of_one
from tvrgen.export.reasoning import thought
from tvrgen.export.writers import READ_AS_PATTERN, Lines
from tvrgen.questions.forms.choice import LETTERS

_OPTIONS = 4
_ROOT = "EgoPlan"  # of the media: its infer.py reads only folders with this in their path


class SeedBenchR1(Lines):
    title = "SEED-Bench-R1"
    reserved = READ_AS_PATTERN
    omitting = True
    truths = False
    clips = True
    ordered = "Its trainer draws questions at random, in whatever order they lie."
    text = f"""\
```bash
torchrun ... src/open_r1_egoplan/grpo.py --jsonl_path {{out}}/{{train}} --data_root_dir {{out}}/{_ROOT} ...
python infer.py --model_path ... --test_file_path {{out}}/{{validation}} --data_root_dir {{out}}/{_ROOT}
```

Splits whose names begin with `test` or `val` are for validation, and their files say how far from training they are.
L1: the same distribution. L2: another environment, namely cameras that training does not have, or other numbers of
objects. L3: another task, namely other kinds of change, steps or moves, combinations of attributes that training never
has, or other families of questions. All splits share one library of objects: for another library, export a dataset of
its own.

Rows for training have `sample_id`, `question`, `answer` (the text of the right option) and `negative_answers` (those of
the three others): the trainer shuffles them, and puts letters before them. Rows for validation have `answer`, the four
options `choice_a` to `choice_d`, and `golden_choice_idx`, the letter of the right one. Both have `video_source`,
`video_basename` and `current_observation_basename` (the video is `{_ROOT}/videos/SOURCE/BASENAME`, the picture
`{_ROOT}/images/SOURCE/BASENAME`), and `task_progress_metadata`, besides `view`, `steps`, `difficulty`, and `rationale`
where the dataset has it; for training without its last sentence, which names a letter.

Each row has one picture. A question about a clip has the video too, and the picture is the frame that it asks about, or
the last one; `task_progress_metadata` has one entry then, all frames of the video. It is empty for a question about one
picture, which has no video. Questions about several pictures are left out; `show: clip` asks of a video. So is all that
is no choice among four options: `as: choice` asks for a letter, of four options where the family has as many.

The reward is SEED-Bench-R1's own: 1 if the first character in `<answer>` is the right letter. `infer.py` reads only
folders that have `EgoPlan` in their path, hence the name. Its trainer was never run on these rows; tvrgen's tests read
them by its rules.
"""

    def __init__(self, dataset: Dataset, out: Output, splits: tuple[str, ...]) -> None:
        super().__init__(dataset, out, splits)
        self._levels = levels(dataset.description["config"])

    def path(self, split: str) -> str:
        level = self._levels[split]
        return f"validation_{level}_{split}.jsonl" if level else f"training_{split}.jsonl"

    def places(self) -> dict[str, str]:
        written = list(self.out.counts)
        training = [split for split in written if not self._levels[split]]
        validation = [split for split in written if self._levels[split]]
        return {
            **super().places(),
            "{train}": self.path([*training, *written][0]),
            "{validation}": self.path([*validation, *written][0]),
        }

    def omits(self, question: Question) -> str:
        line = question.line
        if line["answer_form"] != "choice" or len(line["options"]) != _OPTIONS:
            return f"are no choice among {_OPTIONS} options (as: choice)"
        return not_of_one(line)

    def row(self, question: Question, number: int) -> dict[str, Any]:
        line, letter, options = question.line, question.line["answer"], question.line["options"]
        image = PurePosixPath(self.keep(question, f"{_ROOT}/images/{{split}}")[-1])
        source = str(image.parent.relative_to(f"{_ROOT}/images"))
        video = PurePosixPath(self.keep_clip(question, f"{_ROOT}/videos/{{split}}")).name if question.of_clip else ""
        answer, about = options[LETTERS.index(letter)], self.about(question)
        if self._levels[line["split"]]:
            choices = {f"choice_{own.lower()}": option for own, option in zip(LETTERS, options, strict=False)}
            offered = choices | {"golden_choice_idx": letter}
        else:
            offered = {"negative_answers": [option for option in options if option != answer]}
            about |= {"rationale": thought(question)} if self.rationales else {}  # the letters are the trainer's own
        return {
            "sample_id": question.id,
            "question": question.core,
            "answer": answer,
            **offered,
            "task_progress_metadata": [{"start_frame": 0, "stop_frame": line["clip"]["count"] - 1}] if video else [],
            "video_source": source,
            "video_basename": video,
            "current_observation_basename": image.name,
            **about,
        }


_TASK = ("kinds", "steps", "moves", "only", "never", "repeat")
_ENVIRONMENT = ("objects", "on_stage", "twins")


def levels(config: Record) -> dict[str, str]:
    """Returns the level of each split of a resolved config: "" for training, else how far validation is from it.

    Splits whose names begin with "test" or "val" are for validation, but for the first split. L3: the task is another
    one than in every split for training, by kinds, steps, moves, combinations of attributes or families of questions.
    L2: the environment is, by cameras that no such split has, or by the numbers of objects. L1: neither is.
    """
    first, *rest = config["splits"]
    validation = [name for name in rest if name.startswith(HELD_OUT)]
    training = [name for name in (first, *rest) if name not in validation]
    views, families = (set().union(*(own(config, name) for name in training)) for own in (_views, _families))
    tasks, environments = ([_section(config, name, own) for name in training] for own in (_TASK, _ENVIRONMENT))
    found = dict.fromkeys((first, *rest), "")
    for name in validation:
        if _section(config, name, _TASK) not in tasks or not _families(config, name) <= families:
            found[name] = "L3"
        elif _section(config, name, _ENVIRONMENT) not in environments or not _views(config, name) <= views:
            found[name] = "L2"
        else:
            found[name] = "L1"
    return found


def _section(config: Record, split: str, keys: tuple[str, ...]) -> Record:
    """The keys of `sampling` that a split has or inherits."""
    own = config["sampling"] | config["splits"][split].get("sampling", {})
    return {key: own.get(key) for key in keys}


def _views(config: Record, split: str) -> set[str]:
    own = config["cameras"] | config["splits"][split].get("cameras", {})
    return {own["initial"], *own["final"]}


def _families(config: Record, split: str) -> set[str]:
    own = config["splits"][split].get("questions", config.get("questions", ()))
    return {asked["family"] for asked in own}
