"""NeMo Gym: a resources server that verifies responses to the rows of an export for it.

An export has resources_servers/tvr/, where NeMo Gym looks for app.py, its config and its requirements; app.py runs

    from tvrgen.adapters.nemo_gym import TvrResourcesServer

    TvrResourcesServer.run_webserver()
"""

from typing import Any

from nemo_gym.base_resources_server import (
    BaseResourcesServerConfig,
    BaseVerifyRequest,
    BaseVerifyResponse,
    SimpleResourcesServer,
)

from tvrgen.scoring.adapters import common

__all__ = ["TvrResourcesServer"]


class TvrVerifyRequest(BaseVerifyRequest):
    """A row with the response to it: the question's id, and its right answer as JSON."""

    id: str = ""
    ground_truth: str


class TvrVerifyResponse(BaseVerifyResponse):
    """The reward in [0, 1]; and 1 if the answer is right, STAR-R1's total, and its part for the format."""

    id: str
    correct: float
    total: float
    format: float


class TvrResourcesServer(SimpleResourcesServer):
    """A server without tools, whose reward is STAR-R1's, scaled to [0, 1]."""

    config: BaseResourcesServerConfig

    async def verify(self, body: TvrVerifyRequest) -> TvrVerifyResponse:
        """Returns the reward of a response."""
        score = common.reward(_text(body.response), body.ground_truth)
        return TvrVerifyResponse(
            **body.model_dump(exclude={"ground_truth"}),
            reward=score.share,
            correct=float(score.correct),
            total=score.total,
            format=score.format,
        )


def _text(response: Any) -> str:
    """The text of a response as the model wrote it: NeMo Gym takes thoughts out of their tags, into items beside it."""
    thoughts = [part.text for item in response.output if item.type == "reasoning" for part in item.summary]
    return "".join(f"<think>{thought}</think>" for thought in thoughts) + str(response.output_text)
