"""Workers that are lost with their node, or to the node's lack of memory: errors of Ray, and a made-up Ray's crew."""

from types import SimpleNamespace

import pytest

from tests.tiny import load
from tvrgen._support.errors import UserError
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.storage.open import open_storage
from tvrgen.generation import driver, ray_crew, ray_session
from tvrgen.generation.driver import Limits, Task
from tvrgen.generation.ray_crew import RayCrew
from tvrgen.generation.ray_loss import loss
from tvrgen.generation.ray_session import RayOptions, Session
from tvrgen.generation.worker import Turn

DIED = "The actor died unexpectedly before finishing this task."
OF_NODE = f"{DIED}\n\tclass_name: Actor\nThe actor died because its node has died. Node Id: 4f3a\n\tmore"
FULL = "1 worker(s) were killed due to the node running low on memory.\nObject store memory usage: ..."


def error(kind, message, **facts) -> Exception:
    """An exception of Ray's: a class of this name."""
    return type(kind, (Exception,), facts)(message)


@pytest.mark.parametrize(
    ("raised", "reason", "blameless"),
    [
        (error("ActorDiedError", DIED), f"its worker died: {DIED}", False),
        (
            error("RayTaskError", "", cause=ValueError("a picture\nwent wrong")),
            "ValueError: a picture went wrong",
            False,
        ),
        (
            error("ActorDiedError", OF_NODE),
            "its node was lost: The actor died because its node has died. Node Id: 4f3a",
            True,
        ),
        (error("ActorDiedError", DIED, preempted=True), f"its node was lost: {DIED}", True),
        (
            error("ActorUnavailableError", "The actor 7 is unavailable"),
            "its node was lost: The actor 7 is unavailable",
            True,
        ),
        (error("NodeDiedError", "gone"), "its node was lost: gone", True),
        (error("LocalRayletDiedError", "gone"), "its node was lost: gone", True),
        (
            error("OutOfMemoryError", FULL),
            "Ray ended its worker, because the node is short of memory: " + FULL.split("\n")[0],
            True,
        ),
        (error("RaySystemError", ""), "its worker died: ", False),
    ],
)
def test_an_error_of_ray_says_whether_the_shard_can_be_to_blame(raised, reason, blameless):
    found = loss(raised)
    assert (found.reason, found.blameless) == (reason, blameless)


@pytest.mark.blender
def test_ray_has_errors_of_these_names():
    exceptions = pytest.importorskip("ray.exceptions")
    for name in (
        "ActorDiedError",
        "ActorUnavailableError",
        "NodeDiedError",
        "LocalRayletDiedError",
        "OutOfMemoryError",
    ):
        assert issubclass(getattr(exceptions, name), exceptions.RayError)


class Call:
    """A call of an actor, with its answer."""

    def __init__(self, answer):
        self.answer = answer


class Ray:
    """A node of two CPUs, on which each actor ends as `ends` says: a list with an error, or None, for each in turn."""

    exceptions = SimpleNamespace(RayError=Exception)

    def __init__(self, ends, *, at_start=False):
        self._ends, self._at_start, self.started, self.cpus, self.open = iter(ends), at_start, 0, 2, True

    def remote(self, **_):
        return lambda actor: self

    def options(self, **_):
        return SimpleNamespace(remote=self._actor)

    def _actor(self, *_, **__):
        self.started += 1
        end = next(self._ends, None)
        opened, made = {"node": "node-1", "log": ""}, Turn(2, facts={"memory": 1})
        first, later = (end or opened, made) if self._at_start else (opened, end or made)
        answers = {"look": "", "open": first, "advance": later}
        return SimpleNamespace(**{name: SimpleNamespace(remote=lambda *_, a=a: Call(a)) for name, a in answers.items()})

    def cluster_resources(self):
        return {"CPU": self.cpus}

    def wait(self, calls, num_returns, timeout):
        return calls[:num_returns], calls[num_returns:]

    def get(self, call):
        if isinstance(call.answer, Exception):
            raise call.answer
        return call.answer

    def kill(self, actor, no_restart):
        pass

    def shutdown(self):
        self.open = False


class Silent:
    def __getattr__(self, name):
        return lambda *_: None


def make(ray, tmp_path, monkeypatch, **limits):
    """Has a crew on the made-up Ray make four shards; returns those given up."""
    config = load("splits.train.count=4", "output.shard_size=1")
    monkeypatch.setattr(ray_session, "start", lambda wanted: Session(ray))
    monkeypatch.setattr(ray_crew, "_PAUSE", -ray_crew._RESIZE_INTERVAL)
    crew = RayCrew(config, open_storage(tmp_path / "out"), RayOptions(workers=2), "a:b", 4)
    return driver.drive([Task(s, 2) for s in shards_of(config, "train")], crew, Limits(**limits), Silent())


LOST = [error("OutOfMemoryError", FULL), error("ActorDiedError", OF_NODE), error("ActorUnavailableError", "gone")]


def test_workers_lost_with_their_node_cost_no_shard_a_try(tmp_path, monkeypatch):
    ray = Ray(LOST * 4)
    assert make(ray, tmp_path, monkeypatch, tries=1) == []
    assert ray.started == 12 + 2


def test_a_shard_whose_workers_are_always_lost_is_given_up_in_the_end(tmp_path, monkeypatch):
    with pytest.raises(UserError, match=r"its node was lost: .*shards failed one after another"):
        make(Ray(LOST[1:2] * 1000), tmp_path, monkeypatch, tries=1, losses=5)


def test_workers_that_are_lost_as_they_start_do_not_end_the_run(tmp_path, monkeypatch):
    assert make(Ray(LOST * 10, at_start=True), tmp_path, monkeypatch, tries=1) == []
    with pytest.raises(UserError, match=f"workers die as they start: its worker died: {DIED}"):
        make(Ray([error("ActorDiedError", DIED)] * 100, at_start=True), tmp_path, monkeypatch)


def test_ray_ends_where_it_has_no_room_for_a_worker(tmp_path, monkeypatch):
    ray = Ray([])
    ray.cpus = 0
    with pytest.raises(UserError, match="no room for a worker of 1 CPUs"):
        make(ray, tmp_path, monkeypatch)
    assert not ray.open
