"""Kernels that NVIDIA's driver compiles, with a made-up driver."""

import subprocess
import sys

import pytest

from tests import fake_gpu
from tests.imaging.blender import test_kernels as made_up
from tests.tiny import ROOT

WITHOUT_PTXAS = "from tvrgen.imaging.blender import kernels, ptx; ptx._ptxas = lambda: iter(());"
MAKE = """
try: print(kernels.make("sm_90"), kernels.found("sm_90"))
except kernels.UserError as error: print(error)
"""


def run(code: str, folder, cards=(fake_gpu.L4, fake_gpu.H200), **variables) -> str:
    """What a process with these cards, and with a made-up Blender where `folder` has one, prints."""
    path = f"{folder / 'blender'}:{ROOT}"
    env = fake_gpu.environment(cards, PYTHONPATH=path, TVRGEN_KERNELS=folder / "kernels", **variables)
    done = subprocess.run([sys.executable, "-c", code], env=env, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def here(tmp_path):
    made_up.blender(tmp_path / "blender")
    return tmp_path


@pytest.mark.parametrize("visible", ["0,1", "1", "0", ""])  # to Ray's workers, one; the second is the H200
def test_the_driver_compiles_where_there_is_no_ptxas(visible, here):
    log = here / "log"
    out = run(WITHOUT_PTXAS + MAKE, here, FAKE_GPU_LOG=log, CUDA_VISIBLE_DEVICES=visible)
    assert out.endswith("kernel_sm_90.cubin.zst compiled\n")
    [file] = made_up.made(here)
    packed = next(here.glob(f"kernels/*/{file}")).read_bytes()
    assert made_up.zstandard.decompress(packed).startswith(b"\x7fELF")
    text = log.read_text()
    assert "NVIDIA H200" in text
    assert "NVIDIA L4" not in text
    assert f"cuLinkAddData {len(made_up.PTX) + 1}\n" in text


@pytest.mark.parametrize(
    ("cards", "failing", "words"),
    [
        ([fake_gpu.L4], "", "there is no ptxas, and NVIDIA's driver cannot (no GPU of this machine is sm_90)"),
        ([], "", "there is no ptxas, and NVIDIA's driver cannot (this machine has no GPU)"),
        (
            [fake_gpu.H200],
            "cuCtxCreate:1:2",
            "driver failed to compile Blender's kernels: cuCtxCreate_v2 fails",
        ),
        ([fake_gpu.H200], "cuLinkAddData:1:218", "line 7; fatal : made up"),
    ],
)
def test_a_driver_that_cannot_compile_says_why_in_one_line(cards, failing, words, here):
    out = run(WITHOUT_PTXAS + MAKE, here, cards, FAKE_GPU_FAIL=failing)
    assert words in out
    assert out.count("\n") == 1
    assert made_up.made(here) == []


def test_a_ptxas_of_a_later_cuda_than_the_drivers_is_not_used(here):
    later, own = (made_up.ptxas(here / cuda, cuda) for cuda in ("14.0", "13.9"))
    limited = "from pathlib import Path; from tvrgen.imaging.blender import kernels, ptx; "
    limited += "ptx._ptxas = lambda: ptx._ptxas_in(Path(f) / 'bin' for f in {});"
    run(limited.format([str(later)]) + MAKE, here)
    assert made_up.calls(later) == []
    run(limited.format([str(later), str(own)]) + "kernels.make('sm_100')", here)
    assert (made_up.calls(later), made_up.calls(own)) == ([], ["-arch=sm_100"])


@pytest.mark.blender
def test_cycles_loads_the_kernel_instead_of_compiling_one(tmp_path):
    render = """
from pathlib import Path
from tests.imaging.blender.rendering import one, open_renderer, take
from tests.tiny import load
config = load("render.device=cuda", "render.denoise=false")
take(open_renderer(config, Path.cwd()), one(), config.scene.cameras["center"], (), Path("image.png"))
"""
    log = tmp_path / "log"
    for code, loaded in (("", "ptx"), ("kernels.make('sm_90')", "cubin sm_90")):
        log.unlink(missing_ok=True)
        run(f"{WITHOUT_PTXAS}{code}\n{render}", tmp_path, [fake_gpu.H200], FAKE_GPU_LOG=log)
        modules = [line.split(" ", 1)[1] for line in log.read_text().splitlines() if "cuModuleLoadData" in line]
        assert modules
        assert all(line.startswith(f"cuModuleLoadData {loaded} ") for line in modules), modules
