"""What doctor says of GPUs, on made-up machines."""

import pytest

from tests import fake_gpu, tiny
from tvrgen._support.errors import UserError
from tvrgen.generation import doctor_gpus, machine, trial
from tvrgen.generation.machine import Gpu, Machine
from tvrgen.generation.trial import Trial

H200 = Gpu(name="NVIDIA H200", arch="sm_90", memory=143771, uuid="GPU-1")
L4 = Gpu(name="NVIDIA L4", arch="sm_89", memory=23034, uuid="GPU-2")
LIBRARIES = {"libcuda.so.1", "libnvidia-ml.so.1", "libnvoptix.so.1"}


@pytest.fixture
def show(monkeypatch, tmp_path):
    """Shows doctor a machine; returns its lines: (fine, text)."""

    def lines(*gpus, hidden=(), libraries=LIBRARIES, shipped=("sm_89",), mps=True, tried=None, devices=0, cores=16):
        for k in range(devices):
            (tmp_path / f"nvidia{k}").touch()
        (tmp_path / "nvidia-uvm").touch()
        calls = []

        def run(device, visible):
            calls.append((device, visible))
            return tried or Trial(images_per_second=12.34, first=0.9, denoised_on="cuda")

        monkeypatch.setattr(doctor_gpus, "_DEVICES", tmp_path)
        monkeypatch.setattr(doctor_gpus.requirements, "loads", libraries.__contains__)
        monkeypatch.setattr(machine, "here", lambda: Machine(cores=cores, memory=131072, gpus=gpus))
        monkeypatch.setattr(machine, "gpus", lambda: (*gpus, *hidden))
        monkeypatch.setattr(doctor_gpus.mps, "examine", lambda: (mps, "MPS can be used" if mps else "MPS cannot"))
        monkeypatch.setattr(doctor_gpus.kernels, "found", lambda arch: "shipped" if arch in shipped else None)
        monkeypatch.setattr(doctor_gpus.kernels, "supports", lambda arch: arch != "sm_35")
        monkeypatch.setattr(doctor_gpus.kernels, "check", lambda arch: None)
        monkeypatch.setattr(trial, "run", run)
        return list(doctor_gpus.examine()), calls

    return lines


def test_a_machine_without_gpus_has_no_lines(show):
    assert show() == ([], [])


@pytest.mark.blender  # Ray, of the same extra, starts more than one worker
def test_a_gpu_is_named_tried_and_allocated(show):
    lines, calls = show(L4)
    assert lines == [
        (True, "GPU: NVIDIA L4 (sm_89, 22 GiB)"),
        (True, "NVIDIA L4: its kernel is shipped with Blender"),
        (True, "NVIDIA L4: trial with cuda: 12.3 images a second by one worker, denoised on cuda, first after 0.9 s"),
        (True, "NVIDIA L4: trial with optix: 12.3 images a second by one worker, denoised on cuda, first after 0.9 s"),
        (True, "MPS can be used"),
        (True, "tvrgen generate starts 7 workers, 2 threads each, on 1 NVIDIA L4, shared by MPS"),
    ]
    assert calls == [("cuda", "GPU-2"), ("optix", "GPU-2")]


@pytest.mark.blender  # Ray, of the same extra, starts more than one worker
def test_a_gpu_that_blender_does_not_support_is_not_tried(show):
    old = Gpu(name="NVIDIA Tesla K40c", arch="sm_35", memory=11441)
    lines, calls = show(old)
    assert lines == [
        (True, "GPU: NVIDIA Tesla K40c (sm_35, 11 GiB)"),
        (True, "NVIDIA Tesla K40c: Blender does not support sm_35; the CPU renders instead"),
    ]
    assert calls == []
    assert show(L4, old)[0][-1] == (
        True,
        "tvrgen generate starts 7 workers, 2 threads each, on 1 NVIDIA L4, shared by MPS",
    )


def test_gpus_that_are_alike_are_tried_once(show):
    lines, calls = show(L4, Gpu(name=L4.name, arch=L4.arch, memory=L4.memory, uuid="GPU-3"))
    assert [line.startswith("GPU: ") for _, line in lines].count(True) == 2
    assert calls == [("cuda", "GPU-2"), ("optix", "GPU-2")]


@pytest.mark.blender  # Ray, of the same extra, starts more than one worker
def test_a_gpu_without_kernel_is_not_tried(show):
    lines, calls = show(H200)
    assert not calls
    assert all(fine for fine, _ in lines)
    assert any("tvrgen kernels" in line and "no trial" in line for _, line in lines)
    assert lines[-1][1].startswith("tvrgen generate starts 16 workers")


def test_a_kernel_that_cannot_be_compiled_is_a_fault(show, monkeypatch):
    def check(arch):
        raise UserError(f"{arch}: too old")

    gpu = Gpu(name="Tesla K80", arch="sm_37", memory=11441, uuid="GPU-4")
    show(gpu)
    monkeypatch.setattr(doctor_gpus.kernels, "check", check)
    assert (False, "Tesla K80: its kernel is missing, and cannot be compiled: sm_37: too old") in doctor_gpus.examine()


def test_a_trial_that_fails_is_a_fault(show):
    lines, _ = show(L4, tried=Trial(fault="it ended with SIGSEGV"))
    assert (False, "NVIDIA L4: trial with cuda: it ended with SIGSEGV") in lines
    assert lines[-1][1].startswith("tvrgen generate starts")


@pytest.mark.blender  # Ray, of the same extra, starts more than one worker
def test_without_mps_fewer_workers_are_worth_it(show):
    lines, _ = show(L4, mps=False)
    assert lines[-2:] == [
        (True, "MPS cannot"),
        (True, "tvrgen generate starts 2 workers, 8 threads each, on 1 NVIDIA L4"),
    ]


def test_on_one_core_one_worker_is_started(show):
    lines, _ = show(L4, cores=1)
    assert lines[-1] == (True, "tvrgen generate starts 1 worker, 1 thread, on 1 NVIDIA L4")


def test_a_divided_gpu_is_tried_as_the_user_chose_it(show):
    _, calls = show(Gpu(name="A100", arch="sm_89", memory=40960, uuid="GPU-5", partitioned=True))
    assert calls == [("cuda", None), ("optix", None)]


def test_optix_is_not_needed(show):
    lines, calls = show(L4, libraries=LIBRARIES - {"libnvoptix.so.1"})
    assert [device for device, _ in calls] == ["cuda"]
    assert all(fine for fine, _ in lines)
    assert any("`graphics` in NVIDIA_DRIVER_CAPABILITIES" in line for _, line in lines)


@pytest.mark.parametrize(("library", "capability"), [("libcuda.so.1", "compute"), ("libnvidia-ml.so.1", "utility")])
def test_what_a_container_lacks_is_named(show, library, capability):
    lines, _ = show(devices=1, libraries=LIBRARIES - {library})
    [(fine, line)] = lines
    assert not fine
    assert line.endswith(f"nvidia0 cannot be used: {library} of NVIDIA's driver is missing; a container needs "
                         f"`{capability}` in NVIDIA_DRIVER_CAPABILITIES")  # fmt: skip


def test_a_gpu_without_cuda_cannot_be_used(show):
    lines, calls = show(L4, libraries={"libnvidia-ml.so.1"})
    assert not calls
    [(fine, line)] = lines
    assert not fine
    assert line.startswith("NVIDIA L4 (sm_89, 22 GiB) cannot be used: libcuda.so.1")


def test_hidden_gpus_are_named(show):
    assert show(hidden=(L4,), devices=1)[0] == [
        (True, "CUDA_VISIBLE_DEVICES hides all GPUs: NVIDIA L4 (sm_89, 22 GiB)")
    ]


@pytest.mark.blender
@pytest.mark.serial
def test_the_command_tries_a_gpu_and_ends_well():
    done = tiny.run("doctor", check=True, **fake_gpu.environment([fake_gpu.L4]))
    assert "ok    GPU: NVIDIA L4 (sm_89, 22 GiB)" in done.stdout
    assert "trial with cuda: " in done.stdout
    assert ", denoised on cuda, " in done.stdout
    assert "shared by MPS" in done.stdout


@pytest.mark.blender
@pytest.mark.serial
def test_a_driver_that_crashes_does_not_end_the_command():
    done = tiny.run("doctor", **fake_gpu.environment([fake_gpu.L4], FAKE_GPU_FAIL="cuModuleLoadData"))
    assert done.returncode == 1
    assert "FAIL  NVIDIA L4: trial with cuda: " in done.stdout
    assert done.stdout.splitlines()[-1].startswith("ok    tvrgen generate starts")
