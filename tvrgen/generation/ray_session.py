"""Ray, started on this machine or joined at an address, for `ray_crew`.

Ray that a run starts itself listens on the loopback address only, in a folder of its own (`ray_folder`), and serves
only who has the run's token.
"""

import contextlib
import math
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tvrgen._support import interrupts
from tvrgen._support.errors import ArgumentError, UserError
from tvrgen.generation import machine
from tvrgen.generation.ray_folder import RayFolder

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
        _forget_token()


def _variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("RAY_") or name == "PYTHONBREAKPOINT"}


@dataclass(frozen=True, slots=True)
class Session:
    """Ray, started or joined."""

    ray: Any
    """The module `ray`."""
    folder: RayFolder | None = None
    """Ray's folder, if it was started here."""

    def close(self) -> None:
        """Leaves the cluster, or ends Ray and its processes."""
        self.ray.shutdown()
        if self.folder:
            self.folder.close()


def start(options: RayOptions) -> Session:
    """Starts Ray on this machine, or joins the cluster at the address.

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
    if not options.address:
        _set_token()
    session = Session(ray, None if options.address else RayFolder())
    for tries_left in reversed(range(_TRIES)):
        try:
            with interrupts.restored(), _constants(options):  # Ray's own SIGTERM handler ends the process silently
                _init(session, options)
            return session
        except Exception as error:  # Ray has no error type for a node that is slow to start
            ray.shutdown()
            # a Ray Client server starts a process for each client, and fails at times
            lasting = options.address and not options.address.startswith("ray://")
            if lasting or not tries_left:
                session.close()
                first, *_, last = [*str(error).strip().splitlines(), ""]
                fault = f"{first} {last}".strip()
                if options.address:
                    raise ArgumentError("address", options.address, fault) from error
                raise UserError(f"ray: {fault}") from error
        except BaseException:  # Ctrl-C
            session.close()
            raise
    raise AssertionError("unreachable")


@contextlib.contextmanager
def _constants(options: RayOptions) -> Iterator[None]:
    """Sets, inside the block, constants of Ray that its environment variables set only until Ray is imported.

    - Under `uv run`, Ray would pack the working folder and start workers in an environment that uv makes for them.
    - Without clusters, as by default on macOS, Ray uses the loopback address; else it listens on all interfaces.
    """
    from ray._private import ray_constants

    wanted = {"RAY_ENABLE_UV_RUN_RUNTIME_ENV": "RAY_ENABLE_UV_RUN_RUNTIME_ENV"}
    if not options.address:
        wanted["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "ENABLE_RAY_CLUSTER"
    # older Rays lack some; what the user has set stands
    names = [name for variable, name in wanted.items() if variable not in os.environ and hasattr(ray_constants, name)]
    before = {name: getattr(ray_constants, name) for name in names}
    vars(ray_constants).update(dict.fromkeys(names, False))
    try:
        yield
    finally:
        vars(ray_constants).update(before)


def _set_token() -> None:
    """Gives this run's Ray a token of its own, unless the user has set one.

    Without it, Ray writes one into the home folder, which may not be writable. `ray start` finds it there later, and
    then refuses nodes that have none.
    """
    if not any(name.startswith("RAY_AUTH_") for name in os.environ):
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
    _forget_token()


def _forget_token() -> None:
    """Has Ray, if it is imported, look for its token again: it keeps the first that it finds in a process."""
    if loader := getattr(sys.modules.get("ray._raylet"), "AuthenticationTokenLoader", None):  # from Ray 2.52 on
        loader.instance().reset_cache()


def pinned(node: str) -> Any:
    """Returns Ray's strategy for an actor that runs on the node of this id, or not at all."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    return NodeAffinitySchedulingStrategy(node, soft=False)


def _init(session: Session, options: RayOptions) -> None:
    ray, folder = session.ray, session.folder
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    if folder is None:
        _reach(str(options.address))
        ray.init(address=options.address, **quiet)
    else:
        # the machine may have fewer CPUs than are reserved; GPUs Ray counts itself
        cpus = math.ceil(options.workers * options.cpus) if options.workers else machine.cores()
        sizes = {"num_cpus": cpus, "object_store_memory": _OBJECT_STORE}
        # "local": a Ray of our own, even if one runs here already
        ray.init(address="local", include_dashboard=options.dashboard, _temp_dir=str(folder.path), **sizes, **quiet)


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
