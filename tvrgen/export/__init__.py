"""Datasets in the form that each trainer and evaluator loads: `tvrgen export DATASET FORMAT --out DIR`.

One file for each consumer says what its rows look like and where its pictures go; `reader` gives the questions,
`selection` says which of them and in what order, `output` is the folder, `writers` and `parquet` are the kinds of
files, `card` is the README, and `run` does it all. A new format is one more such file, and a line here.
"""

import sys
import types
from typing import Any

FORMATS = {
    "hf": "hf:HuggingFace",
    "imagefolder": "imagefolder:ImageFolder",
    "webdataset": "webdataset:WebDataset",
    "trl": "trl:Trl",
    "verl": "verl:Verl",
    "easyr1": "easyr1:EasyR1",
    "vlm-r1": "vlm_r1:VlmR1",
    "llamafactory": "llamafactory:LlamaFactory",
    "ms-swift": "ms_swift:MsSwift",
    "vlmevalkit": "vlmevalkit:VlmEvalKit",
    "lmms-eval": "lmms_eval:LmmsEval",
    "reasoning-gym": "reasoning_gym:ReasoningGym",
    "verifiers": "verifiers:Verifiers",
    "reason-rft": "reason_rft:ReasonRft",
    "trance": "trance:Trance",
}
"""What `tvrgen export` is asked for -> the module here and its class."""


class _CallablePackage(types.ModuleType):
    """A package that can be called: `tvrgen.export` is this package, and the function of `export.run`."""

    def __call__(self, *arguments: Any, **options: Any) -> str:
        """Writes a dataset as a trainer or evaluator loads it; see `tvrgen.export.run.export`."""
        from tvrgen.export.run import export

        return export(*arguments, **options)


sys.modules[__name__].__class__ = _CallablePackage
