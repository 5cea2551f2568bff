"""A node's preparation, with made-up GPUs, kernels and MPS."""

import dataclasses

import pytest

from tests.generation.test_machine import GPUS
from tvrgen.generation import machine, mps, node
from tvrgen.generation.node import Run
from tvrgen.imaging.blender import kernels


@pytest.fixture
def made(monkeypatch):
    """The architectures whose kernels are made; none is there before."""
    made = []
    monkeypatch.setattr(machine, "gpus", lambda: GPUS)
    monkeypatch.setattr(kernels, "found", lambda arch: None)
    monkeypatch.setattr(kernels, "supports", lambda arch: arch != "sm_35")
    monkeypatch.setattr(kernels, "make", lambda arch, waiting: made.append(arch))
    monkeypatch.setattr(mps, "join", lambda run, visible: "")
    return made


@pytest.mark.parametrize("run", [None, Run("a", "GPU-ab22")])
def test_only_gpus_that_the_run_may_use_are_prepared(run, made, monkeypatch):
    """Ray shows a worker another choice, or none at all, than the run was given."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "" if run else "GPU-ab22")
    assert "NVIDIA L4 (sm_89)" in node.waits(run)
    assert "H200" not in node.waits(run)
    node.prepare(run)
    assert made == ["sm_89"]


def test_a_node_of_a_cluster_is_prepared_for_all_of_its_gpus(made, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    node.prepare(Run("a"))
    assert made == ["sm_90", "sm_89", "sm_80"]


def test_numbers_of_different_gpus_mean_all_of_them_unless_cuda_numbers_as_nvml_does(made, monkeypatch):
    monkeypatch.setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    assert node.gpus(Run("a", "1")) == GPUS[1:2]
    monkeypatch.delenv("CUDA_DEVICE_ORDER")
    assert node.gpus(Run("a", "1")) == GPUS
    assert node.gpus(Run("a", "")) == ()
    monkeypatch.setattr(machine, "gpus", lambda: GPUS[:1] * 2)
    assert node.gpus(Run("a", "1")) == GPUS[:1]


def test_a_gpu_that_blender_does_not_support_is_none(made, monkeypatch):
    old = dataclasses.replace(GPUS[0], name="NVIDIA Tesla K40c", arch="sm_35")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(machine, "gpus", lambda: (old, *GPUS))
    assert node.gpus(None) == GPUS
    monkeypatch.setattr(machine, "gpus", lambda: (old,))
    assert node.gpus(None) == ()
    assert node.waits(None) == ""
    node.prepare(None)
    assert made == []
