"""Worker processes of `gpu.py`: each opens Blender once, and all of them render with one setting after another."""

import ctypes
import dataclasses
import multiprocessing
import os
import signal
import statistics
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.generation import process, worker
from tvrgen.sampling import sampler
from tvrgen.scene import camera_model

CONFIG, SPLIT = "star_r1", "train"
STATES = "CYCLES_CONCURRENT_STATES_FACTOR"
"""Environment variable of Cycles: factor of the number of light paths that a GPU traces at once, and their memory."""

BLOCKING = "GPU_BENCHMARK_BLOCKING"
"""Environment variable: if it is set, workers sleep while they wait for the GPU."""

PROBLEMS = 24  # of each worker, which renders their images repeatedly


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How images are rendered."""

    device: str = "cuda"
    denoiser: str = "device"
    """Where images are denoised: `device`, as the renderer chooses, or `cpu`."""
    persistent: bool = True
    """Whether Cycles keeps its data between images."""
    preset: str = "standard"
    states: float = 1
    """Value of STATES."""


_BLOCKING_SYNC = 4  # CU_CTX_SCHED_BLOCKING_SYNC


class Fault(Exception):
    """An error of a worker. `fatal`: the workers must be restarted."""

    def __init__(self, reason: str, fatal: bool = True) -> None:
        super().__init__(reason)
        self.fatal = fatal


class Workers:
    """Worker processes with one thread each and the environment of this process.

    Raises Fault if they do not start within `seconds`.
    """

    def __init__(self, count: int, overrides: list[str], folder: Path, seconds: float) -> None:
        context, start = multiprocessing.get_context("spawn"), time.monotonic()
        self._pipes: list[Connection] = []
        self._processes = []
        for number in range(count):
            ours, theirs = context.Pipe()
            arguments = theirs, number, overrides, folder / f"worker-{number}"
            self._processes.append(context.Process(target=serve, args=arguments, daemon=True))
            self._processes[-1].start()
            theirs.close()
            self._pipes.append(ours)
        try:
            self._answers(count, seconds)
        except Fault:
            self.close()
            raise
        self.opened = time.monotonic() - start

    def __len__(self) -> int:
        return len(self._pipes)

    def ask(self, count: int, name: str, *arguments: Any, seconds: float) -> list[Any]:
        """Calls a method of `Worker` in the first `count` workers at the same time; returns their answers.

        Raises Fault if one fails, or does not answer within `seconds`.
        """
        for pipe in self._pipes[:count]:
            try:
                pipe.send((name, *arguments))
            except OSError:
                raise Fault("a worker has ended") from None
        return self._answers(count, seconds)

    def _answers(self, count: int, seconds: float) -> list[Any]:
        end, found = time.monotonic() + seconds, dict.fromkeys(self._pipes[:count])
        waiting, fault = set(found), None
        while waiting:
            ready = wait(waiting, max(0, end - time.monotonic()))
            if not ready:
                raise Fault(f"{len(waiting)} of {count} workers do not answer within {seconds:.0f} s")
            for pipe in ready:
                waiting.remove(pipe)
                try:
                    answer = pipe.recv()
                except (EOFError, OSError):
                    raise Fault(self._end(self._pipes.index(pipe))) from None
                fault = answer if isinstance(answer, Fault) and not (fault and fault.fatal) else fault
                found[pipe] = answer
        if fault:
            raise fault
        return list(found.values())

    def _end(self, number: int) -> str:
        """The reason why a worker ended."""
        self._processes[number].join(5)
        code = self._processes[number].exitcode or 0
        return f"a worker ended: {signal.Signals(-code).name if code < 0 else f'exit code {code}'}"

    def close(self) -> None:
        """Ends all workers."""
        for pipe in self._pipes:
            pipe.close()
        end = time.monotonic() + 5
        for own in self._processes:
            own.join(max(0, end - time.monotonic()))
            own.kill()
            own.join()


def serve(pipe: Connection, number: int, overrides: list[str], folder: Path) -> None:
    """Opens Blender, then calls the methods that the pipe names, until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent closes the pipe
    made: Worker | None = None
    try:
        if os.environ.get(BLOCKING):
            _block()
        made = Worker(number, overrides, folder)
        pipe.send(None)
        while True:
            name, *arguments = pipe.recv()
            try:
                pipe.send(getattr(made, name)(*arguments))
            except UserError as error:
                pipe.send(Fault(" ".join(str(error).split()), fatal=False))
            except Exception as error:
                pipe.send(Fault(process.reason(error)))
    except (EOFError, OSError):
        return
    except Exception as error:
        pipe.send(Fault(process.reason(error)))


def _block() -> None:
    """Makes this process sleep while it waits for the GPU; by default, CUDA polls it, which takes a core.

    Cycles and the denoiser do not change the flags of an existing context.
    """
    cuda = ctypes.CDLL("libcuda.so.1")
    device, context = ctypes.c_int(), ctypes.c_void_p()
    calls = (
        (cuda.cuInit, 0),
        (cuda.cuDeviceGet, ctypes.byref(device), 0),
        (cuda.cuDevicePrimaryCtxSetFlags, device, _BLOCKING_SYNC),
        (cuda.cuDevicePrimaryCtxRetain, ctypes.byref(context), device),
    )
    for function, *arguments in calls:
        if status := function(*arguments):
            raise OSError(f"{function.__name__} fails with {status}")


class Worker:
    """A process with Blender and planned problems of its own."""

    def __init__(self, number: int, overrides: list[str], folder: Path) -> None:
        folder.mkdir()
        self._folder, self._overrides, self._used = folder, overrides, False
        config = self._config(Setting())
        first = number * PROBLEMS
        planned = [sampler.plan_problem(config, SPLIT, first + k) for k in range(PROBLEMS)]
        self._shots = [shot for one in planned for shot in one.shots]
        self._renderer = worker.open_renderer(config, folder / "blender.log", threads=1)

    def configure(self, setting: Setting) -> dict[str, Any]:
        """Applies a setting and renders an image; returns the devices used, and the seconds of both."""
        start = time.monotonic()
        os.environ[STATES] = str(setting.states)
        split = self._config(setting).split(SPLIT)
        devices = self._renderer.configure(split)
        self._renderer._stage.persist(setting.persistent)
        if setting.denoiser == "cpu" and self._renderer._denoiser:
            from tvrgen.imaging.blender.denoiser import denoiser

            self._renderer._denoiser = denoiser("cpu", 1, split.render.width, split.render.height)
        self._used = True
        self._render(0)
        about = {"devices": devices, "denoised_on": self._renderer.denoised_on}
        return about | {"seconds": time.monotonic() - start}

    def measure(self, start: float, seconds: float) -> tuple[list[tuple[float, float]], float]:
        """Renders from a time on; returns (start and end of each image in seconds after it, memory in MB).

        The last image begins within `seconds`, and may end later.
        """
        time.sleep(max(0, start - time.monotonic()))
        spans: list[tuple[float, float]] = []
        while (begun := time.monotonic() - start) < seconds:
            self._render(len(spans) + 1)
            spans.append((begun, time.monotonic() - start))
        return spans, _memory()

    def image(self, path: str) -> None:
        """Renders the worker's first image, to a path with `{}` for the worker's folder name."""
        self._renderer.render(self._shots[0], Path(path.format(self._folder.name)))

    def release(self) -> None:
        """Frees what Cycles keeps, on the GPU too, so that the next image is like the first one."""
        if self._used:
            shot = self._shots[0]
            tiny = dataclasses.replace(shot, view=camera_model.view(shot.camera, 16, 12))
            self._renderer._stage.persist(False)
            self._renderer._denoiser = None
            self._renderer.render(tiny, self._folder / "image.png")

    def _config(self, setting: Setting) -> loader.Config:
        own = [f"render.device={setting.device}", f"render.preset={setting.preset}"]
        return loader.load(CONFIG, assignments([*self._overrides, *own]))

    def _render(self, number: int) -> None:
        self._renderer.render(self._shots[number % len(self._shots)], self._folder / "image.png")


def rate(spans: list[list[tuple[float, float]]], seconds: float) -> float:
    """Images per second of all workers together; an image that ends later counts by its part within `seconds`."""
    parts = [(min(end, seconds) - begun) / (end - begun) for own in spans for begun, end in own]
    return sum(parts) / seconds


def median(spans: list[list[tuple[float, float]]]) -> float:
    """Median of the seconds per image."""
    return statistics.median(end - begun for own in spans for begun, end in own)


def _memory() -> float:
    """Memory of this process in MB now; its peak if the system does not report the former."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        return process.about()["memory"]
