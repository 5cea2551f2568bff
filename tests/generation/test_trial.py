"""A trial is a process of its own, and each of its ends is a result."""

import os

import pytest

from tvrgen.generation import trial


@pytest.mark.blender
def test_a_device_that_exists_renders():
    found = trial.run("cpu", seconds=0)
    assert not found.fault
    assert found.images_per_second > 0
    assert found.first > 0
    assert found.denoised_on == "cpu"


@pytest.mark.blender
def test_a_device_that_does_not_exist_is_a_fault():
    assert "no metal device on this machine" in trial.run("metal", visible="").fault


def test_a_crash_is_a_fault(monkeypatch, tmp_path):
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho nothing of ours\necho a driver fails >&2\nkill -SEGV $$\n")
    program.chmod(0o700)
    monkeypatch.setattr(trial.sys, "executable", str(program))
    assert trial.run("cuda") == trial.Trial(fault="it ended with SIGSEGV: a driver fails")


def test_a_trial_without_end_is_a_fault(monkeypatch, tmp_path):
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o700)
    monkeypatch.setattr(trial.sys, "executable", str(program))
    assert trial.run("cuda", limit=0.1).fault.startswith("it did not end")


def test_the_process_sees_the_named_gpu_alone(monkeypatch, tmp_path):
    program = tmp_path / "python"
    program.write_text('#!/bin/sh\necho "{\\"fault\\": \\"sees $CUDA_VISIBLE_DEVICES\\"}"\n')
    program.chmod(0o700)
    monkeypatch.setattr(trial.sys, "executable", str(program))
    monkeypatch.setitem(os.environ, "CUDA_VISIBLE_DEVICES", "7")
    assert trial.run("cuda").fault == "sees 7"
    assert trial.run("cuda", "GPU-1").fault == "sees GPU-1"
