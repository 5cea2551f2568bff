"""Where workers of a Ray crew go: on a made-up cluster, whose calls are answered when they are asked for."""

from collections import Counter
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvrgen._support.errors import UserError
from tvrgen.generation import ray_nodes
from tvrgen.generation.allocation import Allocation
from tvrgen.generation.driver import Allocated, Waiting
from tvrgen.generation.ray_layout import Anywhere, Slot, to_fill
from tvrgen.generation.ray_nodes import ByNode
from tvrgen.generation.ray_session import RayOptions

SHARE = Allocation(workers=1, cpus=1, threads=1)


class Lost(Exception):
    cause = None


class Ray:
    """A cluster of nodes: name -> resources. Scouts are those of SCOUTS, by the names of their nodes."""

    exceptions = SimpleNamespace(RayError=Exception)

    def __init__(self, scouts=None, **nodes):
        self.there, self.scouts = nodes, scouts or {}

    def nodes(self):
        return [{"NodeID": name, "Alive": bool(there), "Resources": there} for name, there in self.there.items()]

    def cluster_resources(self):
        return sum(map(Counter, self.there.values()), Counter())

    def remote(self, **options):
        return lambda scout: self

    def options(self, scheduling_strategy):
        return SimpleNamespace(remote=lambda path, run: self.scouts[scheduling_strategy])

    def wait(self, calls, num_returns, timeout):
        return calls, []

    def get(self, call):
        return call()


class Call:
    """An unanswered call of a scout."""

    def __init__(self, answer):
        self._answer = answer

    def __call__(self):
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


class Scout:
    """A scout that answers as it is told, and remembers what it was asked."""

    def __init__(self, name, allocation, why=""):
        self.asked = []
        self.look = SimpleNamespace(remote=lambda: Call((name, why)))
        self.allocate = SimpleNamespace(remote=lambda *asked: self.asked.append(asked) or Call(allocation))


@pytest.fixture(autouse=True)
def _pinned_by_name(monkeypatch):
    monkeypatch.setattr(ray_nodes, "pinned", lambda node: node)


def layout(ray, wanted=None, cpus=True, share=SHARE) -> ByNode:
    return ByNode(ray, wanted or RayOptions(address="auto"), share, "run", cpus=cpus)


def allocated(found: ByNode) -> list:
    """What the layout tells once all scouts have looked, and once they have answered."""
    return [*found.news(), *found.news()]


GPUS = Allocation(workers=16, gpus=0.0625, threads=1, names=("NVIDIA H200",), mps=True)


def test_each_node_gets_what_it_is_worth():
    scouts = {"a": Scout("host-a", GPUS), "b": Scout("host-b", Allocation(workers=4, gpus=0.5))}
    ray = Ray(scouts, a={"CPU": 16, "GPU": 1}, b={"CPU": 8, "GPU": 2}, c={"CPU": 4}, head={"memory": 1})
    found = layout(ray)
    assert [(slot.node, slot.allocation.workers) for slot in found.slots()] == [("c", 4)]
    list(found.news())  # the scouts have looked
    assert {(event.node, event.allocation.workers) for event in found.news()} == {("host-a", 16), ("host-b", 4)}
    assert {(slot.node, slot.allocation.workers) for slot in found.slots()} == {("a", 16), ("b", 4), ("c", 4)}
    assert (scouts["a"].asked, scouts["b"].asked) == ([(16, 1)], [(8, 2)])
    assert list(found.news()) == []


def test_a_config_that_needs_a_gpu_uses_no_other_nodes():
    found = layout(Ray({"a": Scout("host-a", GPUS)}, a={"CPU": 16, "GPU": 1}, c={"CPU": 4}), cpus=False)
    assert found.slots() == []
    allocated(found)
    assert [slot.node for slot in found.slots()] == ["a"]


def test_without_gpus_workers_go_anywhere():
    ray = Ray(a={"CPU": 3}, b={"CPU": 2})
    assert layout(ray).slots() == Anywhere(ray, RayOptions(address="auto"), SHARE).slots()
    wanted = RayOptions(address="auto", workers=40)
    assert [(slot.node, slot.allocation.workers) for slot in layout(ray, wanted).slots()] == [(None, 40)]


def test_what_a_node_waits_for_is_told_until_it_is_ready():
    ray = Ray({"a": Scout("host-a", GPUS, "compiling")}, a={"CPU": 16, "GPU": 1})
    found = layout(ray)
    found.slots()
    assert list(found.news()) == [Waiting("compiling")]
    assert list(found.news()) == [Allocated("host-a", GPUS)]
    assert list(found.news()) == []


def test_nodes_that_go_are_forgotten_and_scouted_anew_if_they_return():
    ray = Ray({"a": Scout("host-a", GPUS)}, a={"CPU": 16, "GPU": 1}, c={"CPU": 1})
    found = layout(ray)
    found.slots()
    assert len(allocated(found)) == 1
    ray.there["a"] = {}
    assert [slot.node for slot in found.slots()] == [None]
    ray.there["a"] = {"CPU": 16, "GPU": 1}
    assert [slot.node for slot in found.slots()] == ["c"]
    assert len(allocated(found)) == 1
    assert [slot.node for slot in found.slots()] == ["a", "c"]


def test_a_lost_scout_is_no_error_but_a_mistake_of_the_users_is():
    dead, mistaken = Scout("host-a", Lost()), Scout("host-a", Lost())
    found = layout(Ray({"a": dead}, a={"CPU": 1, "GPU": 1}))
    found.slots()
    assert allocated(found) == []
    assert found.slots() == []  # and another scout is on its way
    dead.allocate = SimpleNamespace(remote=lambda *_: Call(GPUS))
    assert allocated(found) == [Allocated("host-a", GPUS)]
    error = Lost()
    error.cause = UserError("no space for kernels")
    mistaken.allocate = SimpleNamespace(remote=lambda *_: Call(error))
    found = layout(Ray({"a": mistaken}, a={"CPU": 1, "GPU": 1}))
    found.slots()
    with pytest.raises(UserError, match="host-a: no space for kernels"):
        allocated(found)


def test_a_node_that_cannot_be_prepared_is_left_out(caplog):
    error = Lost()
    error.cause = UserError("no space for kernels")
    faulty, sound = Scout("host-a", GPUS), Scout("host-b", GPUS)
    faulty.allocate = SimpleNamespace(remote=lambda *_: Call(error))
    found = layout(Ray({"a": faulty, "b": sound}, a={"CPU": 1, "GPU": 1}, b={"CPU": 1, "GPU": 1}))
    found.slots()
    assert allocated(found) == [Allocated("host-b", GPUS)]
    assert [slot.node for slot in found.slots()] == ["b"]
    assert caplog.messages == ["host-a: no space for kernels; the other nodes go on without it"]


@pytest.mark.parametrize(("threads", "expected"), [(0, 2), (5, 5)])
def test_cpus_and_threads_of_a_worker_can_be_set(threads, expected):
    scout = Scout("host-a", Allocation(workers=8, cpus=1, gpus=0.125, threads=1))
    wanted = RayOptions(address="auto", cpus=2, threads=threads)
    found = layout(Ray({"a": scout}, a={"CPU": 16, "GPU": 1}), wanted, share=Allocation(workers=1, cpus=2))
    found.slots()
    allocated(found)
    (slot,) = found.slots()
    assert scout.asked == [(8, 1)]
    assert (slot.allocation.cpus, slot.allocation.threads) == (2, expected)


SLOTS = st.lists(st.tuples(st.integers(1, 20), st.booleans()), min_size=1, max_size=6)


@given(SLOTS, st.integers(0, 80), st.data())
def test_slots_are_filled_evenly_gpus_first_and_never_over(sizes, limit, data):
    slots = [Slot(f"n{k}", Allocation(workers=size, gpus=gpu and 1 / 32)) for k, (size, gpu) in enumerate(sizes)]
    taken = Counter({slot.node: data.draw(st.integers(0, slot.allocation.workers)) for slot in slots})
    before = taken.copy()
    found = list(to_fill(slots, taken, limit))
    assert taken == before
    after = taken + Counter(slot.node for slot in found)
    room = {slot.node: slot.allocation.workers - taken[slot.node] for slot in slots}
    assert len(found) == min(limit, sum(room.values()))
    assert all(after[slot.node] <= slot.allocation.workers for slot in slots)
    kinds = [bool(slot.allocation.gpus) for slot in found]
    assert kinds == sorted(kinds, reverse=True)


@given(st.integers(1, 6), st.integers(1, 16), st.integers(0, 96))
def test_nodes_that_are_alike_differ_by_one_worker_at_most(nodes, size, limit):
    slots = [Slot(f"n{k}", Allocation(workers=size, gpus=0.05)) for k in range(nodes)]
    found = Counter(slot.node for slot in to_fill(slots, Counter(), limit))
    counts = [found[slot.node] for slot in slots]
    assert max(counts) - min(counts) <= 1


def test_no_room_on_this_machine_is_an_error_that_says_so():
    ray = Ray(a={"CPU": 2})
    with pytest.raises(UserError, match="no room for a worker of 4 CPUs and 0 GPUs: Ray has 2 CPUs and 0 GPUs"):
        Anywhere(ray, RayOptions(workers=2), Allocation(workers=1, cpus=4)).slots()
    assert Anywhere(ray, RayOptions(address="auto"), Allocation(workers=1, cpus=4)).slots()
    with pytest.raises(UserError, match="no room for a worker of 4 CPUs"):
        layout(Ray(a={"CPU": 2, "GPU": 1}), RayOptions(cpus=4), share=Allocation(workers=1, cpus=4)).slots()


def test_a_node_with_gpus_but_too_few_cpus_is_not_used():
    found = layout(Ray(head={"CPU": 0, "GPU": 1}, b={"CPU": 4, "GPU": 0}))
    assert [slot.node for slot in found.slots()] == [None]
