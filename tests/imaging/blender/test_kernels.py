"""Kernels: where they are looked for, and how they are compiled, with a made-up Blender and made-up compilers."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.tiny import ROOT, load
from tvrgen._support.errors import UserError
from tvrgen.imaging.blender import kernels, ptx

zstandard = pytest.importorskip("zstandard")

PTX = b"//\n// made up\n//\n\n.version 7.4\n.target sm_75\n.address_size 64\n\n.func nothing() { ret; }\n"
LIB = "scripts/addons_core/cycles/lib"


def blender(root: Path, version: str = "4.5", text: bytes = PTX, shipped: tuple[str, ...] = ("sm_75", "sm_86")) -> Path:
    """Makes a package `bpy` that holds PTX and kernels alone; returns the folder to import it from."""
    lib = root / "bpy" / version / LIB
    lib.mkdir(parents=True)
    (root / "bpy/__init__.py").write_text("raise ImportError('is not to be loaded')")
    (lib / "kernel_compute_75.ptx.zst").write_bytes(zstandard.ZstdCompressor().compress(text))
    for arch in shipped:
        (lib / f"kernel_{arch}.cubin.zst").write_bytes(b"shipped")
    return root


def ptxas(folder: Path, cuda: str = "11.8", compiling: str = "", too_old_for: str = "nothing") -> Path:
    """Makes a `bin/ptxas` that adds a line to `calls` and runs shell commands before it writes a cubin."""
    path = folder / "bin/ptxas"
    path.parent.mkdir(parents=True)
    path.write_text(f"""#!/bin/sh
case "$1" in --version) echo "Cuda compilation tools, release {cuda}, V{cuda}.9"; exit;; esac
case "$1" in *{too_old_for}) echo "ptxas fatal   : Value is not defined for option 'gpu-name'"; exit 255;; esac
arch=$1; while [ $# -gt 1 ]; do [ "$1" = -o ] && out=$2; shift; done
if ! grep -q nothing "$1"; then echo > "$out"; exit; fi
echo "$$ $arch" >> {folder}/calls
{compiling}
printf '\\177ELF of %s' $arch > "$out"
""")
    path.chmod(0o755)
    return folder


def calls(folder: Path) -> list[str]:
    log = folder / "calls"
    return [line.split()[1] for line in log.read_text().splitlines()] if log.exists() else []


def until(condition) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it never came true")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A machine with Blender 4.5 and no compiler: the folder that holds all of it."""
    place(tmp_path / "blender", monkeypatch)
    monkeypatch.setenv("TVRGEN_KERNELS", str(tmp_path / "kernels"))
    compilers(monkeypatch)
    return tmp_path


def place(root, monkeypatch, **options) -> None:
    """Puts another Blender on this machine."""
    lib = next(blender(root, **options).glob(f"bpy/*/{LIB}"))
    monkeypatch.setattr(kernels, "_shipped", lambda: lib)


def compilers(monkeypatch, *folders: Path) -> None:
    """Leaves these ptxas alone on this machine."""
    found = list(ptx._ptxas_in([folder / "bin" for folder in folders]))
    monkeypatch.setattr(ptx, "_ptxas", lambda: iter(found))


def made(folder: Path) -> list[str]:
    """Every file below the folder of kernels but the locks."""
    return sorted(path.name for path in folder.glob("kernels/*/*") if path.suffix != ".lock")


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"TVRGEN_KERNELS": "/shared/kernels", "XDG_CACHE_HOME": "/cache"}, "/shared/kernels"),
        ({"TVRGEN_KERNELS": "", "XDG_CACHE_HOME": "/cache"}, "/cache/tvrgen/kernels"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/home/ada"}, "/home/ada/.cache/tvrgen/kernels"),
        ({"HOME": "/home/ada"}, "/home/ada/.cache/tvrgen/kernels"),
    ],
)
def test_the_folder_follows_the_variable_then_the_rules_for_caches(variables, folder, monkeypatch):
    for name in ("TVRGEN_KERNELS", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert kernels.folder() == Path(folder)


def test_a_kernel_is_shipped_or_compiled_or_not_there(here, monkeypatch):
    compilers(monkeypatch, ptxas(here / "cuda"))
    assert [kernels.found(arch) for arch in ("sm_86", "sm_90")] == ["shipped", None]
    assert kernels.make("sm_90") == kernels.path("sm_90")
    assert [kernels.found(arch) for arch in ("sm_86", "sm_90", "sm_100")] == ["shipped", "compiled", None]
    assert kernels.make("sm_86").read_bytes() == b"shipped"
    kernels.make("sm_90")
    assert calls(here / "cuda") == ["-arch=sm_90"]


def test_cycles_can_read_what_was_compiled(here, monkeypatch):
    compilers(monkeypatch, ptxas(here / "cuda"))
    packed = kernels.make("sm_90").read_bytes()
    cubin = b"\x7fELF of -arch=sm_90"
    assert zstandard.get_frame_parameters(packed).content_size == len(cubin)  # Cycles refuses a file without
    assert zstandard.decompress(packed) == cubin


def test_kernels_of_another_blender_are_not_used(here, monkeypatch):
    compilers(monkeypatch, ptxas(here / "cuda"))
    mine = kernels.make("sm_90")
    place(here / "later", monkeypatch, text=PTX + b"// fixed")
    assert kernels.found("sm_90") is None
    other = kernels.make("sm_90")
    assert other.parent != mine.parent
    assert other.name == mine.name == "kernel_sm_90.cubin.zst"


@pytest.mark.parametrize(
    ("version", "states"), [("4.5", ["shipped", None, None]), ("5.2", ["shipped", "shipped", None])]
)
def test_blender_5_takes_earlier_kernels_of_a_generation(version, states, here, monkeypatch):
    place(here / "other", monkeypatch, version=version)
    assert [kernels.found(arch) for arch in ("sm_86", "sm_89", "sm_80")] == states


@pytest.mark.parametrize(
    ("arch", "words"),
    [
        ("sm_9x", "is no GPU architecture; write e.g. sm_80"),
        ("hopper", "is no GPU architecture"),
        ("sm_90a", "is no GPU architecture"),
        ("", "is no GPU architecture"),
        ("sm_12", "Blender 4.5 has no kernel for it; it can be compiled for sm_75 and later ones"),
        ("sm_999", "there is no ptxas, and NVIDIA's driver cannot"),  # a GPU that no machine of a developer has
    ],
)
def test_what_cannot_be_compiled_is_told_at_once(arch, words, here):
    for function in (kernels.check, kernels.make):
        with pytest.raises(UserError) as caught:
            function(arch)
        assert words in str(caught.value)
        assert "\n" not in str(caught.value)
    assert not (here / "kernels").exists()


def test_the_oldest_cuda_that_knows_the_architecture_compiles(here, monkeypatch):
    newest, middle = ptxas(here / "13", "13.1"), ptxas(here / "12", "12.9")
    oldest = ptxas(here / "11", "11.8", too_old_for="sm_100")
    compilers(monkeypatch, newest, middle, oldest)
    kernels.make("sm_90")
    kernels.make("sm_100")
    assert [calls(tool) for tool in (newest, middle, oldest)] == [[], ["-arch=sm_100"], ["-arch=sm_90"]]


def test_a_ptxas_that_is_too_old_is_named(here, monkeypatch):
    compilers(monkeypatch, ptxas(here / "cuda", "11.8", too_old_for="sm_999"))
    with pytest.raises(
        UserError, match=r"ptxas of CUDA 11\.8 \(.*/bin/ptxas\) cannot \(ptxas fatal : Value is not"
    ) as caught:
        kernels.check("sm_999")
    assert ptx.INSTALL in str(caught.value)


@pytest.mark.parametrize(
    ("compiling", "words"),
    [
        ("echo 'ptxas kernel.ptx, line 7; error   : Unknown' >&2; exit 1", "ptxas kernel.ptx, line 7; error : Unknown"),
        ("exit 3", "exit code 3"),
        ("kill -9 $$", "ended by signal 9; is there too little memory?"),
        ("exit 0", "exit code 0"),  # without a cubin
        ("echo nonsense > $out; exit 0", "exit code 0"),
    ],
)
def test_a_compiler_that_fails_leaves_nothing(compiling, words, here, monkeypatch):
    compilers(monkeypatch, ptxas(here / "cuda", compiling=compiling))
    with pytest.raises(UserError) as caught:
        kernels.make("sm_90")
    assert str(caught.value).endswith(words)
    assert made(here) == []


def test_a_full_disk_leaves_nothing(here, monkeypatch):
    def full(file):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    compilers(monkeypatch, ptxas(here / "cuda"))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match=r"No space left on device; set TVRGEN_KERNELS to a folder"):
        kernels.make("sm_90")
    assert made(here) == []


def test_a_folder_that_cannot_be_made_is_named(here, monkeypatch):
    compilers(monkeypatch, ptxas(here / "cuda"))
    (here / "kernels").write_text("a file")
    with pytest.raises(UserError, match=r"kernels/blender-4\.5-\w+: Not a directory; set TVRGEN_KERNELS"):
        kernels.make("sm_90")


def test_what_waiting_raises_ends_the_compiler(here, monkeypatch):
    compilers(monkeypatch, ptxas(here / "cuda", compiling="exec sleep 600"))

    def stop(seconds):
        if calls(here / "cuda"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kernels.make("sm_90", stop)
    compiler = int((here / "cuda/calls").read_text().split()[0])
    with pytest.raises(ProcessLookupError):
        os.kill(compiler, 0)
    assert made(here) == []
    assert kernels.found("sm_90") is None


@pytest.fixture
def start(here):
    """Starts `tvrgen kernels` with this machine's Blender and the ptxas in `cuda`, which is older than any real one."""

    def started(*arguments: str) -> subprocess.Popen:
        env = os.environ | {"CUDA_HOME": str(here / "cuda"), "PYTHONPATH": f"{here / 'blender'}:{ROOT}"}
        process = subprocess.Popen(
            [sys.executable, "-m", "tvrgen", "kernels", *arguments],
            env=env,
            cwd=here,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # it heeds Ctrl-C, even where this process was started in the background, which ignores it
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        processes.append(process)
        return process

    processes: list[subprocess.Popen] = []
    yield started
    for process in processes:
        process.kill()
        process.communicate()


def test_two_processes_at_once_compile_once(here, start):
    go = here / "go"
    ptxas(here / "cuda", "1.0", compiling=f"while [ ! -e {go} ]; do sleep 0.1; done")
    processes = [start("--arch", "sm_90") for _ in range(2)]
    until(lambda: calls(here / "cuda"))
    go.touch()
    for process in processes:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert "sm_90: compiled, " in out
    assert calls(here / "cuda") == ["-arch=sm_90"]
    assert made(here) == ["kernel_sm_90.cubin.zst"]


def test_a_killed_process_leaves_no_kernel_and_no_lock(here, start):
    go = here / "go"
    ptxas(here / "cuda", "1.0", compiling=f"while [ ! -e {go} ]; do sleep 0.1; done")
    process = start("--arch", "sm_90")
    until(lambda: calls(here / "cuda"))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert made(here) == []
    go.touch()  # the compiler that it left behind ends
    process = start("--arch", "sm_90")
    assert process.wait(60) == 0
    assert made(here) == ["kernel_sm_90.cubin.zst"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_command_keeps_what_is_finished(number, here, start):
    ptxas(here / "cuda", "1.0", compiling='case "$arch" in *100) exec sleep 600;; esac')
    process = start("--arch", "sm_90", "--arch", "sm_100")
    until(lambda: len(calls(here / "cuda")) == 2)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "sm_90: compiled, " in out
    assert "tvrgen: stopped; the finished kernels are kept" in err
    assert made(here) == ["kernel_sm_90.cubin.zst"]


def test_the_command_lists_what_is_there(here, start):
    process = start("--list", "--arch", "sm_86", "sm_90")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (1, "")
    first, second = out.splitlines()
    assert first.startswith("sm_86: shipped, ")
    assert second == "sm_90: missing"
    process = start("--list", "--arch", "sm_86")
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_a_mistake_among_architectures_stops_the_command_before_it_compiles(here, start):
    ptxas(here / "cuda", "1.0")
    process = start("--arch", "sm_90", "sm_9x")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err.startswith("tvrgen: error: 'sm_9x': is no GPU architecture")
    assert err.count("\n") == 1
    assert calls(here / "cuda") == []


@pytest.mark.blender
def test_cycles_looks_among_our_kernels_and_all_that_blender_ships(tmp_path, monkeypatch):
    pytest.importorskip("bpy")  # which provides _cycles
    import _cycles

    from tests.imaging.blender.rendering import one, open_renderer, take

    folders, init = [], _cycles.init
    monkeypatch.setattr(_cycles, "init", lambda path, *rest: (folders.append(Path(path)), init(path, *rest)))
    monkeypatch.setenv("TVRGEN_KERNELS", str(tmp_path / "kernels"))
    config = load()
    camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())

    def image() -> np.ndarray:
        return take(open_renderer(config, tmp_path), one(), camera, lights, tmp_path / "image.png")

    without = image()
    shipped = kernels._shipped()
    assert folders == [shipped.parent]
    own = kernels.path("sm_90")
    own.parent.mkdir(parents=True)
    own.write_bytes(b"compiled")
    renderer = open_renderer(config, tmp_path)
    *_, folder = folders
    inside = {path.name: path.resolve() for path in (folder / "lib").iterdir()}
    assert inside == {path.name: path.resolve() for path in (*shipped.iterdir(), own)}
    assert {path.name for path in folder.iterdir()} == {path.name for path in shipped.parent.iterdir()}
    again = take(renderer, one(), camera, lights, tmp_path / "image.png")
    np.testing.assert_array_equal(without, again)


def test_a_folder_that_cannot_be_looked_into_has_no_kernels(here, tmp_path, monkeypatch):
    """As one in another user's home; here its name is too long."""
    monkeypatch.setenv(kernels.VARIABLE, str(here / ("x" * 300)))
    assert kernels.found("sm_90") is None
    assert not kernels.use(tmp_path)
    assert kernels.found("sm_86") == "shipped"


@pytest.mark.parametrize("left", [b"", b"garbage", None])
def test_a_kernel_that_is_not_whole_is_made_again(left, here, monkeypatch):
    compilers(monkeypatch, ptxas(here))
    whole = kernels.make("sm_90").read_bytes()
    kernels.path("sm_90").write_bytes(whole[:-2] if left is None else left)
    assert kernels.found("sm_90") is None
    assert kernels.make("sm_90").read_bytes() == whole
    assert kernels.found("sm_90") == "compiled"


@pytest.mark.parametrize("answers", ["", "release 12.0"])
def test_a_compiler_that_hangs_is_not_used(answers, here, monkeypatch):
    tool = ptxas(here) / "bin/ptxas"
    tool.write_text(f"#!/bin/sh\n[ -n '{answers}' ] && [ $1 = --version ] && echo {answers} && exit\nexec sleep 60\n")
    monkeypatch.setattr(ptx, "_LIMIT", 0.5)
    compilers(monkeypatch, here)
    with pytest.raises(UserError, match=r"does not end within 0\.5 s" if answers else "there is no ptxas"):
        kernels.make("sm_90")


@pytest.mark.parametrize(("arch", "known"), [("sm_86", True), ("sm_90", True), ("sm_100", True), ("sm_61", False)])
def test_blender_supports_what_it_ships_and_what_its_ptx_can_become(arch, known, here):
    assert kernels.supports(arch) is known
