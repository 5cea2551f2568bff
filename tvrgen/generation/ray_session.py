"""Ray, started on this machine or joined at an address, for `ray_crew`."""

import contextlib
import math
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tvrgen._support import interrupts
from tvrgen._support.errors import ArgumentError, UserError
from tvrgen.generation import machine

_OBJECT_STORE = 2**27  # bytes of shared memory; our objects are few and small, and Ray would take a third of it all
_TRIES = 3  # to start Ray on this machine, or its client: Ray's own limit of 30 s is too short if all cores are busy


@dataclass(frozen=True, slots=True, kw_only=True)
class RayOptions:
    """Workers of a run."""

    workers: int | None = None
    """Number of workers; None: chosen from the machine's NVIDIA GPUs, or as many as fit on the cluster, while it grows
    and shrinks."""
    address: str | None = None
    """A running cluster, such as "auto" or "ray://host:port"; None: Ray is started on this machine."""
    cpus: float = 1
    """CPUs that Ray reserves for each worker."""
    gpus: float | None = None
    """GPUs that Ray reserves for each worker; None: chosen from the GPUs of each node."""
    threads: int = 0
    """Threads that each worker renders with; 0: as many as `cpus`, or its share of this machine."""
    max_problems: int = 0
    """Problems after which a worker is replaced (0: never)."""
    max_memory: int = 0
    """MB after which a worker is replaced, by the peak memory of its process (0: never)."""
    dashboard: bool = False
    """Whether Ray, started here, serves its dashboard."""


@contextlib.contextmanager
def own_variables() -> Iterator[None]:
    """Restores, after the block, the environment variables that Ray and `start` set in this process.

    Ray redirects `breakpoint()` of the whole process to its own debugger.
    """
    before = _variables()
    try:
        yield
    finally:
        for name in _variables().keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)


def _variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("RAY_") or name == "PYTHONBREAKPOINT"}


def start(options: RayOptions) -> Any:
    """Starts Ray on this machine, or joins the cluster at the address; returns the module `ray`.

    Raises UserError if Ray is not installed, does not start or cannot be reached.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # Ray prints notices of its daemons on standard output, between lines meant for machines (more workers than cores, a
    # worker died): the pattern skips all of them, since the journal reports all that matters
    os.environ.setdefault("RAY_DEDUP_LOGS_SKIP_REGEX", "^")
    try:
        import ray
    except ImportError as error:
        raise UserError("more than one worker needs ray: pip install 'tvrgen[render]'") from error
    _check_pyarrow()
    for tries_left in reversed(range(_TRIES)):
        try:
            with interrupts.restored():  # Ray's own SIGTERM handler ends the process without a message
                _init(ray, options)
            break
        except Exception as error:  # Ray has no error type for a node that is slow to start
            ray.shutdown()
            # a Ray Client server starts a process for each client, and fails at times
            lasting = options.address and not options.address.startswith("ray://")
            if lasting or not tries_left:
                first, *_, last = [*str(error).strip().splitlines(), ""]
                fault = f"{first} {last}".strip()
                if options.address:
                    raise ArgumentError("address", options.address, fault) from error
                raise UserError(f"ray: {fault}") from error
    return ray


def pinned(node: str) -> Any:
    """Returns Ray's strategy for an actor that runs on the node of this id, or not at all."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    return NodeAffinitySchedulingStrategy(node, soft=False)


def _init(ray: Any, options: RayOptions) -> None:
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    if options.address:
        _reach(options.address)
        ray.init(address=options.address, **quiet)
    else:
        # the machine may have fewer CPUs than are reserved; GPUs Ray counts itself
        cpus = math.ceil(options.workers * options.cpus) if options.workers else machine.cores()
        sizes = {"num_cpus": cpus, "object_store_memory": _OBJECT_STORE}
        # "local": a Ray of our own, even if one runs here already
        ray.init(address="local", include_dashboard=options.dashboard, **sizes, **quiet)


def _reach(address: str) -> None:
    """Raises OSError if nothing listens at host:port, where Ray would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()


def _check_pyarrow() -> None:
    """Raises UserError if pyarrow is installed but needs another numpy than Blender: Ray imports it, and fails late."""
    try:
        import pyarrow  # noqa: F401
    except ModuleNotFoundError:
        pass
    except ImportError as error:
        raise UserError(f"ray cannot use the pyarrow that is installed: {error}; pip install 'pyarrow<26'") from error
