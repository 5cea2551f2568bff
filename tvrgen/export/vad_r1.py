"""Vad-R1: JSON lines of clips, for supervised fine-tuning and for reinforcement learning."""

import json
from typing import Any

from tvrgen.export import narration
from tvrgen.export.reader import Question
from tvrgen.export.reasoning import STEPS
from tvrgen.export.writers import READ_AS_PATTERN, Lines

_RL = "Vad-Reasoning-RL-{split}.jsonl"


class VadR1(Lines):
    title = "Vad-R1"
    file = "Vad-Reasoning-SFT-{split}.jsonl"
    fixed = True
    reserved = READ_AS_PATTERN
    omitting = True
    truths = False
    scenes = True
    clips = True
    ordered = "Vad-R1 draws videos at random, in whatever order they lie."
    text = """\
```bash
torchrun ... src/open_r1/sft_video.py --dataset_name {out}/Vad-Reasoning-SFT-{split}.jsonl ...
torchrun ... src/open_r1/grpo.py --dataset_name {out}/Vad-Reasoning-RL-{split}.jsonl ...
```

A split has a file for supervised fine-tuning (SFT) and one for reinforcement learning (RL), of the same clips: take a
split for each. `evaluation/1-evaluate_detection.py` takes a file of SFT as the truth. Vad-R1's trainer was never run on
these rows; tvrgen's tests read them by its rules for rewards and evaluation.

There is a row for each clip. The change is the anomaly: a clip in which something changes is abnormal, one in which
nothing does (`sampling.no_change`) is normal. A row for SFT has `source`, `video` (the clip's name), `anomaly_type`
(the kinds of change, or `Normal`), `path` (absolute: the folder must stay where it is), `total_frames`, `think`
(`<step1>` to `<step4>`; of a normal clip, two steps), `answer` (`<which>`, `<what>`, `<when>`, `<where>`, `<why>` and
`<how>`; of a normal clip, which, what and why) and, of an abnormal clip, `start`, the first frame that differs from the
one before, and `end`, the first frame after the last change. `<when>` is `[start, end]` as shares of all frames,
rounded to three decimals, from which each frame follows in clips of less than 1,000. A row for RL has `source`,
`video`, `path` and `solution`, which is `Abnormal` or `Normal`.

Vad-R1's `accuracy` pays 1 for the right word in `<which>`, its `format` for the tags in this order. Its verification
cuts the frames of `<when>` out and asks again; what is left of an abnormal clip jumps from the scene before to the one
after. If `output.clip.hold` is a range, `<when>` is to be seen in the clip alone.

Of each clip, the question what changes is exported; all others are left out.
"""

    def omits(self, question: Question) -> str:
        line = question.line
        if "clip" not in line or "family" in line:
            return "do not ask what changes in a clip (family: changes, show: clip)"
        return ""

    def row(self, question: Question, number: int) -> dict[str, Any]:
        scene, clip = question.scene(), question.line["clip"]
        happens = narration.events(scene, clip)
        about = {
            "source": "tvrgen",
            "video": scene["id"],
            "path": str(self.out.root.resolve() / self.keep_clip(question)),
        }
        labelled = about | {"solution": "Abnormal" if happens else "Normal"}
        self.out.append(_RL.format(split=scene["split"]), json.dumps(labelled) + "\n")
        think, answer = STEPS.respond(question).split("\n")
        return {
            **about,
            "anomaly_type": ", ".join(dict.fromkeys(step["kind"] for step in scene["steps"])) if happens else "Normal",
            "total_frames": clip["count"],
            "think": think,
            "answer": answer,
            **({"start": happens[0].start, "end": happens[-1].end} if happens else {}),
        }

    def finish(self) -> None:
        super().finish()
        for split in self.out.counts:
            self.out.close(_RL.format(split=split))
