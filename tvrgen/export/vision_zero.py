"""Vision-Zero: a folder of original and modified images for each split, which its game deals to the players."""

from collections.abc import Mapping
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen.export.reader import Question
from tvrgen.export.writers import Lines, answered
from tvrgen.scene.attributes import BUILT_IN

_DIFFERING = 2  # objects in which the images of a pair differ, as its prompts say


class VisionZero(Lines):
    title = "Vision-Zero"
    changes = True
    omitting = True
    text = """\
`{split}/` has two pictures for each question, `ID_original.png` and `ID_modified.png`: all that Vision-Zero's CLEVR
game reads. In its repository (github.com/wangqinsi1/Vision-Zero), set in `run_scripts/run_grpo_vision_zero.sh`

```bash
IMAGES_DIR={out}/{split}
SCENES_DIR={out}/{split}
```

as absolute paths, since the script changes its folder. It passes them as `--clevr_images_dir` and
`--clevr_scenes_dir`; the second one has to be named, and nothing is read there.

The game has no right answers: of four players, one is dealt the modified picture, all describe theirs in turn, and the
votes who is the odd one out are the reward. Its prompts say that two objects are replaced by others in the same places,
and that all else is the same. So this folder has only questions with exactly two changed objects, which keep their
places, seen by the same camera. To have many of them, generate with `sampling.kinds=[color, shape, size, material]`,
`sampling.steps=2` and one final camera, the initial one.

`{split}.jsonl` is not for Vision-Zero: it says of each pair what differs, with `id`, `images` (the two paths),
`problem`, `answer`, `ground_truth` (the answer as JSON, with every value that is right), `view`, `steps` and
`difficulty`. Vision-Zero was never run on these pairs; tvrgen's tests deal its game by its rules.
"""

    def check(self) -> None:
        for name in self.splits:
            kind = self._section(name, "image")["format"]
            if kind != "png":
                raise UserError(
                    f"vision-zero: split {name}: its images are {kind}, and Vision-Zero looks for files in .png; "
                    "generate with image.format=png"
                )

    def omits(self, question: Question) -> str:
        line = question.line
        changes, view = line["changes"], line["view"]
        if view["initial"] != view["final"] or self._section(line["split"], "sampling")["no_change"]:
            return "show the second image from another viewpoint"
        if any(change["attribute"] not in self._looks for change in changes):
            return "change more than the looks of objects"
        if len({k for change in changes for k in change["objects"]}) != _DIFFERING:
            return f"do not change exactly {_DIFFERING} objects"
        return ""

    def row(self, question: Question, number: int) -> dict[str, Any]:
        folder = question.line["split"]  # one folder, as the game looks into no folders within it
        paths = [f"{folder}/{question.id}_{end}.png" for end in ("original", "modified")]
        self.out.images(dict(zip(paths, question.images(), strict=True)))
        return {"id": question.id, "images": paths, **answered(question.line), **self.about(question)}

    @property
    def _looks(self) -> set[str]:
        """The attributes of objects, which are the kinds of change that leave them in their places."""
        return {*BUILT_IN, *self.dataset.description["config"]["vocabulary"].get("attributes", ())}

    def _section(self, split: str, name: str) -> Mapping[str, Any]:
        """A section of the config, with the split's own values."""
        config = self.dataset.description["config"]
        own: Mapping[str, Any] = config[name] | config["splits"][split].get(name, {})
        return own
