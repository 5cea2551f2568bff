"""NeMo Gym: JSON lines of requests with the images in them, and the resources server that verifies the responses."""

import base64
import mimetypes
from typing import Any

from tvrgen.export.reader import Question, ground_truth
from tvrgen.export.writers import READ_AS_PATTERN, Lines

_SERVER = "resources_servers/tvr"

_AGENT = {"type": "responses_api_agents", "name": "tvr_simple_agent"}

_APP = '''"""The resources server tvr, as NeMo Gym starts it; all of it is tvrgen's."""

from tvrgen.adapters.nemo_gym import TvrResourcesServer

if __name__ == "__main__":
    TvrResourcesServer.run_webserver()
'''

_CONFIG = """\
tvr:
  resources_servers:
    tvr:
      entrypoint: app.py
      domain: other
      description: Transformation-driven Visual Reasoning
      value: Improve the comparison of images
      verified: false
tvr_simple_agent:
  responses_api_agents:
    simple_agent:
      entrypoint: app.py
      max_steps: 1
      resources_server:
        type: resources_servers
        name: tvr
      model_server:
        type: responses_api_models
        name: policy_model
"""


class NemoGym(Lines):
    title = "NeMo Gym"
    reserved = READ_AS_PATTERN
    text = """\
In this folder, where NeMo Gym (0.4 or later) finds `resources_servers/tvr`, with a model behind vLLM:

```bash
cd {out}
gym env start --resources-server tvr --model-type vllm_model &
gym eval run --no-serve --agent tvr_simple_agent --input {split}.jsonl --output rollouts.jsonl
```

`resources_servers/tvr/requirements.txt` names tvrgen, which NeMo Gym installs for the server; where no package index
has it, write the folder of tvrgen's source there. NeMo Gym does not quote paths: this folder's must have no spaces.

The reward is the server's own: STAR-R1's, scaled to [0, 1]. Beside it stand `correct`, `total` (not scaled) and
`format` (the part for `<think>...</think><answer>...</answer>`; a thought that NeMo Gym takes out of the text counts in
its place).

A row has `responses_create_params`, a request to OpenAI's Responses API of one message (`input_image`, a data URL, for
each picture, then `input_text`), `agent_ref`, `id`, and for the server `ground_truth` (the answer as JSON, with every
value that is right); besides `answer`, `view`, `steps`, `difficulty`, and `rationale` where the dataset has it.
"""

    def row(self, question: Question, number: int) -> dict[str, Any]:
        images = [
            {"type": "input_image", "image_url": _data_url(name, content), "detail": "auto"}
            for name, content in zip(question.names, question.images(), strict=True)
        ]
        content = [*images, {"type": "input_text", "text": question.line["question"]}]
        return {
            "responses_create_params": {"input": [{"role": "user", "content": content}]},
            "agent_ref": _AGENT,
            "id": question.id,
            "answer": question.line["answer"],
            "ground_truth": ground_truth(question.line),
            **self.about(question),
        }

    def finish(self) -> None:
        super().finish()
        self.out.text(f"{_SERVER}/app.py", _APP)
        self.out.text(f"{_SERVER}/configs/tvr.yaml", _CONFIG)
        self.out.text(f"{_SERVER}/requirements.txt", "tvrgen\n")


def _data_url(name: str, content: bytes) -> str:
    return f"data:{mimetypes.guess_type(name)[0]};base64,{base64.b64encode(content).decode()}"
