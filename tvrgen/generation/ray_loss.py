"""Loss of a Ray actor: the reason in one line, and whether its shard can be to blame."""

from dataclasses import dataclass
from typing import Any

from tvrgen.generation import process

_NODE = ("NodeDiedError", "LocalRayletDiedError", "ActorUnavailableError")
"""Errors of Ray where a node is gone or out of reach. An actor is "unavailable" while Ray does not know yet that its
node is lost; of a process that ends, Ray knows at once."""

_NODE_DIED = "node has died"  # part of the message for actors


@dataclass(frozen=True, slots=True)
class Loss:
    """The end of a worker."""

    reason: str
    """The error in one line."""
    blameless: bool = False
    """Whether its node is the cause: preempted, failed, or short of memory."""


def loss(error: Any) -> Loss:
    """Returns what an error of Ray, the answer to a call of an actor, says about the actor."""
    if cause := getattr(error, "cause", None):
        return Loss(process.reason(cause))
    kind, text = type(error).__name__, str(error).strip()
    first = text.split("\n")[0]
    if kind == "OutOfMemoryError":
        return Loss(f"Ray ended its worker, because the node is short of memory: {first}", blameless=True)
    if kind in _NODE or getattr(error, "preempted", False) or _NODE_DIED in text:
        line = next((line for line in text.split("\n") if _NODE_DIED in line), first)
        return Loss(f"its node was lost: {line.strip()}", blameless=True)
    return Loss(f"its worker died: {first}")
