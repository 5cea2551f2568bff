"""Exports: datasets in the form that each trainer and evaluator loads (`tvrgen export DATASET FORMAT --out DIR`).

Imports `scoring` and the layers below it. Each consumer has a file, which defines its rows and where its images go.
`reader` gives the questions, `selection` chooses and orders them, `one_text` says which have one right text,
`reasoning` lays out responses, `narration` puts clips into words, `folder` is the folder that is written, `writers` and
`parquet` write the kinds of files, `readme` writes README.md, and `run` exports. A new format is one more file, and a
line here.

The package itself can be called:

    tvrgen.export(root, name, out, split=None, filters=(), order=None, licence="", progress=None, trust=False,
                  pass_rates=None)

`tvrgen.export.run.export` describes the parameters.
"""

import inspect
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
    "openvlthinker": "openvlthinker:OpenVLThinker",
    "vision-r1": "vision_r1:VisionR1",
    "observe-r1": "observe_r1:ObserveR1",
    "ms-swift": "ms_swift:MsSwift",
    "vlmevalkit": "vlmevalkit:VlmEvalKit",
    "lmms-eval": "lmms_eval:LmmsEval",
    "reasoning-gym": "reasoning_gym:ReasoningGym",
    "verifiers": "verifiers:Verifiers",
    "nemo-gym": "nemo_gym:NemoGym",
    "reason-rft": "reason_rft:ReasonRft",
    "video-r1": "video_r1:VideoR1",
    "spacer": "spacer:SpaceR",
    "seed-bench-r1": "seed_bench_r1:SeedBenchR1",
    "vad-r1": "vad_r1:VadR1",
    "trance": "trance:Trance",
    "seal": "seal:Seal",
    "svqa-r1": "svqa_r1:SvqaR1",
    "vision-zero": "vision_zero:VisionZero",
}
"""Name of a format -> module in this package and its class."""


class _CallablePackage(types.ModuleType):
    """A package that can be called: `tvrgen.export` is this package, and the function of `export.run`."""

    def __call__(self, *arguments: Any, **options: Any) -> str:
        """Writes a dataset as a trainer or evaluator loads it; see `tvrgen.export.run.export`."""
        from tvrgen.export.run import export

        return export(*arguments, **options)

    @property
    def __signature__(self) -> inspect.Signature:
        from tvrgen.export.run import export

        return inspect.signature(export)


sys.modules[__name__].__class__ = _CallablePackage
