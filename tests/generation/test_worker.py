"""The worker: a few seconds of work at a time, and how a shard ends."""

import pytest

from tests.generation.test_machine import GPUS
from tests.tiny import FlatRenderer, load, made
from tvrgen._support.errors import UserError
from tvrgen.dataset.shards import shards_of
from tvrgen.generation import machine, process, worker
from tvrgen.generation.worker import Failure, Turn
from tvrgen.imaging.blender import kernels
from tvrgen.imaging.renderer import RendererLost


def steps(*images, result=None, error=None):
    yield from images
    if error is not None:
        raise error
    return result


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log"
    path.write_text("first\nlast")
    return path


def test_a_shard_that_is_done_has_its_facts(log):
    turn = worker.advance(steps(1, 1, 1, result={"samples": 4}), 60, log)
    assert (turn.images, turn.failure) == (3, None)
    assert turn.facts == {"samples": 4, **process.about(), "memory": turn.facts["memory"]}


def test_work_stops_after_its_seconds_and_goes_on(log):
    shard = steps(1, 1, result={})
    assert worker.advance(shard, 0, log) == Turn(0)
    assert worker.advance(shard, 60, log).images == 2


def test_a_failure_has_its_reason_its_node_and_the_log(log):
    turn = worker.advance(steps(1, error=ValueError("broken\nimage")), 60, log)
    assert turn == Turn(1, failure=Failure("ValueError: broken image", process.node(), "first\nlast"))


def test_a_lost_renderer_is_a_failure_that_says_so(log):
    turn = worker.advance(steps(1, error=RendererLost("CUDA error")), 60, log)
    assert turn.failure.lost
    assert turn.failure.reason == "CUDA error"


@pytest.mark.parametrize("error", [UserError("a mistake"), KeyboardInterrupt()], ids=["mistake", "stop"])
def test_mistakes_and_stops_end_the_run(error, log):
    with pytest.raises(type(error)):
        worker.advance(steps(1, error=error), 60, log)


def test_a_renderer_is_named_by_its_function():
    assert worker.opener(worker.OPENER) is worker.open_renderer
    assert worker.opener("tests.faulty:open_faulty").__name__ == "open_faulty"


@pytest.mark.rays
@pytest.mark.parametrize("config", [(), ("output.intermediate=true",)], ids=["ends", "all"], indirect=True)
def test_the_number_of_images_is_known_before_they_are_made(config, tmp_path):
    for shard in shards_of(config, "train"):
        assert made(config, shard, tmp_path, FlatRenderer()) == worker.images_in(shard, config)


@pytest.mark.parametrize(("threads", "wanted", "expected"), [(0, 2, 2), (7, 2, 7), (0, 0, 3), (7, 0, 7)])
def test_the_threads_of_the_config_go_before_those_of_the_run(threads, wanted, expected, monkeypatch, tmp_path):
    """Blender is loaded on as many cores as it renders with: by default, on those that this process may use."""

    class Loaded(Exception):
        pass

    def at_most(cores):
        raise Loaded(cores)

    monkeypatch.setattr(machine, "cores", lambda: 3)
    monkeypatch.setattr(worker.requirements, "lacking", lambda: None)
    monkeypatch.setattr(worker.cpu_affinity, "at_most", at_most)
    with pytest.raises(Loaded, match=str(expected)):
        worker.open_renderer(load(f"render.threads={threads}"), tmp_path / "log", wanted)


@pytest.mark.blender
@pytest.mark.parametrize(("device", "gpus"), [("auto", ()), ("cpu", GPUS), ("auto", GPUS)])
def test_a_gpu_that_blender_cannot_use_is_not_replaced_by_the_cpu(device, gpus, tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "gpus", lambda: gpus)
    monkeypatch.setattr(kernels, "supports", lambda arch: True)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    config = load(f"render.device={device}")
    shard = next(iter(shards_of(config, "train")))
    renderer = FlatRenderer()
    monkeypatch.setattr(renderer, "configure", lambda split: ["CPU"])
    if device == "auto" and gpus:
        with pytest.raises(UserError, match=r"Blender cannot use NVIDIA H200.*render.device=cpu"):
            made(config, shard, tmp_path, renderer)
    else:
        assert made(config, shard, tmp_path, renderer)
