"""Right responses of a model, for supervised fine-tuning with LLaMA-Factory."""

import shlex
from collections.abc import Mapping

from tvrgen.dataset.reader import Dataset
from tvrgen.export.folder import Output
from tvrgen.export.llamafactory import LOADING, SCORING, LlamaFactory
from tvrgen.export.reader import Question
from tvrgen.harvesting.choice import RANK

NO_SAMPLES = "have no samples"
NONE_RIGHT = "no sample answers right"
NONE_FIT = "are answered right only with what is left out"


class Sft(LlamaFactory):
    """The format of LLaMA-Factory, with a right response of a model to each question.

    `responses` are the chosen ones by the ids of questions: None where right ones were left out, and "" where there are
    none.
    """

    title = "LLaMA-Factory, with a model's own right responses"
    omitting = True
    text = (
        LOADING
        + """
A response is one of a model's own, which answers the question right; `tvrgen harvest` chose it by its length. Train
the base model on it, not the model that wrote it, as OpenVLThinker does.
"""
        + SCORING
    )

    def __init__(
        self, dataset: Dataset, out: Output, splits: tuple[str, ...], responses: Mapping[str, str | None]
    ) -> None:
        super().__init__(dataset, out, splits)
        self._responses = responses

    @property
    def command(self) -> str:
        options = self.out.made_from["options"]
        command = f"tvrgen harvest data responses.jsonl --out {shlex.quote(self.out.root.resolve().parent.name)}"
        command += f" --split {self.splits[0]}" if len(self.splits) == 1 < len(self.dataset.splits) else ""
        command += f" --rank {options['rank']}" if options["rank"] != RANK else ""
        return command + "".join(f" --without {shlex.quote(words)}" for words in options["without"])

    def omits(self, question: Question) -> str:
        if question.id not in self._responses:
            return NO_SAMPLES
        chosen = self._responses[question.id]
        return NONE_FIT if chosen is None else "" if chosen else NONE_RIGHT

    def texts(self, question: Question) -> tuple[str, str]:
        return question.line["question"], self.response(question)

    def response(self, question: Question) -> str:
        return self._responses[question.id] or ""
