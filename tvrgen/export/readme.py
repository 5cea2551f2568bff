"""The README of an export: how to load it, what it holds, how it was made, its licence."""

import json
import re
import shlex
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tvrgen.export.writers import Format

CONFIG = "config.json"

_TASK = """\
Two pictures of a scene of simple objects, before and after a few changes of colour, shape, size, material or place,
perhaps from another viewpoint, and the question what changed: Transformation-driven Visual Reasoning. Every answer
can be checked by a program.
"""
_TASK_OF_FAMILIES = """\
Pictures of scenes of simple objects, some of them before and after a few changes of colour, shape, size, material or
place, and questions about them: what changed (Transformation-driven Visual Reasoning), and those of other families.
Every answer can be checked by a program.
"""
_FAMILIES = """\
Each question is of a family: {families}.
"""
_REWARD = """\
`tvrgen.scoring.reward(response, ground_truth)` scores a response to a question of any family, and so do tvrgen's
adapters. Of `changes` the score is STAR-R1's reward; of another family, a right answer earns as much as one right
change, and a partly right one its share.
"""
_FIELDS = """\
Where rows have `view`, `steps` and `difficulty`, they also have `family` and `level`, which is what is dealt evenly
among a family's questions. `steps`, `changes` and `initial_objects` are of the family `changes` alone, and 0 or empty
elsewhere.
"""
_TWINS = """\
Some questions have a twin that shows the same images mirrored, with its answer worked out again from the mirrored
scene. Where rows have `view`, they also have `twin`, the other one's id, `flips`, whether their answers differ, and
`mirrored`, whether the images are the mirrored ones.
"""
_ORDERED = "In each split the easiest questions come first."
_TABLES = {
    "family": "questions of the family",
    "steps": "changes",
    "kind": "questions with a change of",
    "view": "view of the second image",
    "objects": "visible objects in the first image",
}

_CITE = """\
```bibtex
@software{tvrgen,
  title = {tvrgen: datasets for Transformation-driven Visual Reasoning},
  version = {VERSION}
}
@article{li2025starr1,
  title = {{STAR-R1}: Spatial {TrAnsformation} Reasoning by Reinforcing Multimodal {LLMs}},
  author = {Li, Zongzhao and others},
  journal = {arXiv preprint arXiv:2505.15804},
  year = {2025}
}
@inproceedings{hong2021trance,
  title = {Transformation Driven Visual Reasoning},
  author = {Hong, Xin and Lan, Yanyan and Pang, Liang and Guo, Jiafeng and Cheng, Xueqi},
  booktitle = {CVPR},
  year = {2021},
  note = {arXiv:2011.13160}
}
```
"""


def write(form: "Format", licence: str) -> None:
    """Writes README.md and, beside it, the config of the dataset."""
    config = form.dataset.description["config"]
    form.out.text(CONFIG, json.dumps(config, indent=1, ensure_ascii=False) + "\n")
    form.out.text("README.md", form.front(licence) + readme(form, licence))


def readme(form: "Format", licence: str) -> str:
    """Returns the text of the README after the format's front matter."""
    text = filled(form.text, form.places())
    return "\n".join(
        [
            f"# {form.heading}\n",
            _TASK_OF_FAMILIES if form.families and not form.changes else _TASK,
            text.strip() + "\n",
            f"Paths begin at the folder that holds `{form.out.name}`.\n",
            *([f"{_ORDERED} {form.ordered}\n"] if form.out.made_from["options"]["order"] else []),
            *(["## Families of questions\n", _families(form)] if form.families and not form.changes else []),
            *(["## Twins\n", _TWINS] if form.twins and not form.changes and not form.pairs else []),
            "## What is in it\n",
            *_tables(form.out.counts),
            *([f"Questions left out: {form.omitted}.\n"] if form.omitted else []),
            "## How it was made\n",
            _made(form),
            "## Licence\n",
            _licence(licence),
            "## How to cite\n",
            _CITE.replace("VERSION", ", ".join(form.dataset.description["versions"]["tvrgen"])),
        ]
    )


_BLOCKS = re.compile(r"(```\w+\n.*?```)", re.DOTALL)


def filled(text: str, places: dict[str, str]) -> str:
    """Returns a text with the value of each place; {out} as a shell or Python reads it, within blocks of these."""
    names, parts = re.compile("|".join(map(re.escape, places))), []
    for part in _BLOCKS.split(text):
        own = dict(places)
        if part.startswith("```bash"):
            own["{out}"] = shlex.quote(places["{out}"])
        elif part.startswith("```python"):
            own["{out}"] = json.dumps(places["{out}"], ensure_ascii=False)[1:-1]  # between the quotes of the text
        parts.append(names.sub(lambda found, own=own: own[found[0]], part))
    return "".join(parts)


def _tables(counts: dict[str, Any]) -> list[str]:
    splits = list(counts)
    lines = [_row(["split", *splits]), _row(["---"] + ["---:"] * len(splits))]
    lines.append(_row(["questions", *(f"{counts[s]['questions']:,}" for s in splits)]))
    for name, title in _TABLES.items():
        labels = {label for split in splits for label in counts[split].get(name, {})}
        for label in sorted(labels, key=lambda text: (not text.isdigit(), int(text) if text.isdigit() else 0, text)):
            cells = (f"{counts[split].get(name, {}).get(label, 0):,}" for split in splits)
            lines.append(_row([f"{title}: {label}", *cells]))
    return ["\n".join(lines) + "\n"]


def _families(form: "Format") -> str:
    questions: Counter[str] = Counter()
    for own in form.out.counts.values():
        questions.update(own["family"])
    listed = ", ".join(f"`{name}` ({count:,})" for name, count in sorted(questions.items()))
    return "\n".join([_FAMILIES.format(families=listed), *([_REWARD] if form.truths else []), _FIELDS])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _made(form: "Format") -> str:
    description = form.dataset.description
    versions = ", ".join(f"{program} {' and '.join(own)}" for program, own in description["versions"].items())
    config = description["config"]
    lines = list(_settings("", config))
    for split in form.splits:
        lines += _settings(f"{split}, ", config["splits"][split])
    made = f"By tvrgen, from `{CONFIG}` (hash `{description['hash']}`, seed {config['seed']}), with {versions}."
    commands = f"```bash\ntvrgen generate {CONFIG} --out data\n{form.command}\n```\n"
    return f"{made} The same data come from\n\n{commands}\n" + "\n".join(lines) + "\n"


def _settings(where: str, config: dict[str, Any]) -> Iterator[str]:
    """Yields a line for each section of a config, or of a split's own part of it, on scenes, images and questions."""
    for section in ("sampling", "cameras", "render", "image", "question"):
        own = dict(config.get(section, {}))
        if "answer" in own.get("prompt", {}):
            own["prompt"] = f"answers as {own['prompt']['answer']}"
        if said := [f"{key} {json.dumps(value)}" for key, value in own.items() if value != {}]:
            yield f"- {where}{section}: " + ", ".join(said)
    for own in config.get("questions", ()):
        said = [f"{key} {json.dumps(value)}" for key, value in own.items() if key != "prompt"]
        yield f"- {where}questions: " + ", ".join(said)


def _licence(licence: str) -> str:
    if licence:
        return f"{licence}\n"
    return "None was stated when this was exported (`--licence`). tvrgen itself is under Apache-2.0.\n"
