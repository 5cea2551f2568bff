"""The files of a harvest: pass rates, data for fine-tuning and reinforcement learning, and the next config."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tvrgen._support.json_lines import Record
from tvrgen._support.messages import counted
from tvrgen._support.progress import Progress
from tvrgen.dataset.reader import Dataset
from tvrgen.export import run as exports
from tvrgen.export import selection
from tvrgen.export.folder import DONE, Output, fingerprint
from tvrgen.harvesting import next_config
from tvrgen.harvesting.choice import Choice
from tvrgen.harvesting.grading import Sampled
from tvrgen.harvesting.sft import Sft
from tvrgen.harvesting.thresholds import Thresholds

PASS_RATES, SFT, CONFIG, README = "pass_rates.jsonl", "sft", "config.yaml", "README.md"


@dataclass(frozen=True, slots=True)
class Parts:
    """Writer of the parts of a harvest. Each method returns a line on what a part holds, or why it was not written."""

    root: str | Path
    dataset: Dataset
    out: Output
    splits: tuple[str, ...]
    graded: Sequence[Sampled]
    licence: str
    progress: Progress
    trust: bool

    def pass_rates(self) -> str:
        """Writes a line for each question with samples."""
        self.out.text(PASS_RATES, "".join(json.dumps(own.pass_rate.line) + "\n" for own in self.graded))
        return f"{PASS_RATES}: {counted(len(self.graded), 'question')}"

    def sft(self, choice: Choice) -> str:
        """Writes the chosen response to each question that has one."""
        chosen = {own.pass_rate.id: choice.of(own.right) if own.right else "" for own in self.graded}
        if not any(chosen.values()):
            reason = "all right responses are left out" if None in chosen.values() else "no sample answers right"
            return f"{SFT}: not written, as {reason}"
        digest = hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()
        asked = {name: self.out.made_from["options"][name] for name in ("rank", "without")}
        options: Record = {"filter": [], "order": None, "licence": self.licence, **asked}
        made_from = fingerprint(self.dataset, self.splits, SFT, options) | {"responses": digest}
        form = Sft(self.dataset, Output(self.out.root / SFT, made_from), self.splits, chosen)
        exports.written(form, (), {}, self.progress)
        return f"{SFT}: {counted(self._questions(SFT), 'right response')}, for LLaMA-Factory"

    def rl(self, thresholds: Thresholds, name: str) -> Iterator[str]:
        """Writes the questions of medium pass rate and the hard ones, each in an export of a format."""
        rates = {own.pass_rate.id: own.pass_rate.rate for own in self.graded}
        for folder, filters in thresholds.filters.items():
            parsed = [selection.parse(text) for text in filters]
            kept = [rate for rate in rates.values() if all(own.keeps((rate,)) for own in parsed)]
            if not kept:
                several = "" if any(own.pass_rate.samples > 1 for own in self.graded) else "; sample each several times"
                yield f"{folder}: not written, as no question has {' and '.join(filters)}{several}"
                continue
            exports.export(
                self.root,
                name,
                self.out.root / folder,
                split=self.splits[0] if len(self.splits) == 1 else None,
                filters=filters,
                licence=self.licence,
                progress=self.progress,
                trust=self.trust,
                pass_rates=rates,
            )
            said = f"{counted(self._questions(folder), 'question')} with {' and '.join(filters)}"
            yield f"{folder}: {said}, for {exports.find(name).title}"

    def _questions(self, folder: str) -> int:
        """The number of questions of an export in the folder."""
        found = json.loads((self.out.root / folder / DONE).read_text(encoding="utf-8"))
        return sum(found["questions"].values())

    def config(self, document: Record | None) -> str:
        """Writes the config of the next round; None where nothing was answered wrong."""
        if document is None:
            return f"{CONFIG}: not written, as no sample is wrong"
        self.out.text(CONFIG, next_config.as_yaml(document))
        problems = counted(sum(split["count"] for split in document["splits"].values()), "new problem")
        return f"{CONFIG}: {problems} in {counted(len(document['splits']), 'split')}"

    def readme(self, lines: Iterable[str]) -> None:
        """Writes README.md: the lines on all parts, and the commands of the next round."""
        self.out.text(README, _README.format("".join(f"- {line}\n" for line in lines)))


_README = """\
# Harvest of a model's samples

{}
`pass_rates.jsonl` has the share of right samples of each question: `tvrgen export` reads it with
`--filter 'pass_rate<0.7' --pass-rates pass_rates.jsonl`. `sft` is for supervised fine-tuning, `rl-medium` and `rl-hard`
are for reinforcement learning, in this order; each has a README on loading it. `config.yaml` plans new problems like
those that were failed:

```bash
tvrgen generate config.yaml --out next
```

OpenVLThinker's rounds: fine-tune the base model, and not the model that was sampled, on `sft`; train the result on
`rl-medium`, then on `rl-hard`; sample it, and harvest again.
"""
