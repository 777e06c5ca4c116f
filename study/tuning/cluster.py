"""A Ray cluster as a backend of joblib: each task is a task of Ray, on whichever machine has room for it.

Ray's own backend (`ray.util.joblib`) returns no results before the last, and its pool waits for ever for the room of a
machine that is gone.
"""

import os
import socket
from collections.abc import Callable
from concurrent.futures import Future
from importlib import import_module
from pathlib import Path
from typing import Any

from joblib import register_parallel_backend
from joblib._parallel_backends import ParallelBackendBase

from study.errors import UserError
from study.parent import die_with_parent

NAME = "downfunnel-ray"
ADDRESS = "RAY_ADDRESS"
ATTEMPTS = 4
"""How often Ray starts a task whose worker or machine has died: a trial survives three machines."""
MEMORY_ATTEMPTS = "RAY_task_oom_retries"
"""How often Ray starts a task again that it has ended for want of memory: without a bound, unless it is told one."""
DEATHS = ("WorkerCrashedError", "NodeDiedError", "LocalRayletDiedError", "OutOfMemoryError", "ObjectLostError")
"""What Ray raises of a task that has died every time, or whose result has been lost with its machine."""
PATIENCE = 10.0
"""Seconds that the first machine has to answer in: Ray itself asks one that is not there for more than ten minutes."""
HIDING = {"RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1"}
"""By which Ray shows no GPU to a task that asks for none: else it would see all, and take the first."""
PASSED = ("_NUM_THREADS", "CUBLAS_WORKSPACE_CONFIG", "OPENBLAS_CORETYPE")
"""How the names end of those variables of the environment on which bits depend."""


class Cluster(ParallelBackendBase):  # type: ignore[misc]
    """Tasks go to the cluster one by one; the result of one that has died every time is `[None]`.

    Args:
        gpus: the share of a GPU that each asks for.
    """

    supports_retrieve_callback = True

    def __init__(self, *, gpus: float = 0.0, **options: Any) -> None:
        super().__init__(**options)
        self._gpus = gpus
        self._waiting: dict[Future[Any], Any] = {}

    def configure(self, n_jobs: int = 1, parallel: Any = None, **_: Any) -> int:
        """Connects to the cluster; see joblib."""
        self.parallel = parallel
        self._ray = connect()
        asked = {"num_cpus": 1, "num_gpus": self._gpus, "max_retries": ATTEMPTS - 1}
        self._task = self._ray.remote(**asked)(_in_folder)
        return self.effective_n_jobs(n_jobs)

    def effective_n_jobs(self, n_jobs: int) -> int:
        """As many as asked for; the cores of the cluster for -1, never 1, with which joblib asks no backend."""
        return max(2, n_jobs if n_jobs > 0 else int(self._ray.cluster_resources().get("CPU", 0)))

    def submit(self, func: Callable[[], Any], callback: Callable[[Any], None] | None = None) -> Future[Any]:
        """Hands a task over; see joblib."""
        reference = self._task.remote(str(Path.cwd()), func)
        future: Future[Any] = reference.future()
        self._waiting[future] = reference
        if callback is not None:
            future.add_done_callback(callback)
        return future

    def retrieve_result_callback(self, out: Future[Any]) -> Any:
        """The result of a task that has ended.

        Raises:
            Exception: what the task has raised.
        """
        self._waiting.pop(out, None)
        errors = self._ray.exceptions
        try:
            return out.result()
        except tuple(getattr(errors, name) for name in DEATHS):
            return [None]
        except errors.RayTaskError as error:
            raise error.cause from None

    def abort_everything(self, ensure_ready: bool = True) -> None:  # noqa: ARG002 - joblib's signature
        """Ends what waits and what runs."""
        for reference in list(self._waiting.values()):  # a thread of Ray's may end one meanwhile
            self._ray.cancel(reference, force=True)
        self._waiting.clear()


def connect() -> Any:
    """Ray, connected to the cluster that `RAY_ADDRESS` names or that this machine belongs to.

    Raises:
        UserError: Ray is not installed, or there is no cluster, none that answers, or one that refuses.
    """
    os.environ.setdefault(MEMORY_ATTEMPTS, str(ATTEMPTS - 1))
    try:
        ray = import_module("ray")
    except ImportError:
        raise UserError(
            "params.yaml, engine: Ray is not installed; pip install -c constraints.txt -e '.[ray]'"
        ) from None
    if not ray.is_initialized():
        _join(ray, os.environ.get(ADDRESS) or "auto")
    return ray


def _join(ray: Any, where: str) -> None:
    kept = {name: value for name, value in os.environ.items() if name.endswith(PASSED)}
    paths = [str(Path.cwd()), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {"env_vars": kept | HIDING | {"PYTHONPATH": os.pathsep.join(paths)}}
    if "://" not in where:
        _refuse_silent(where)
    try:
        ray.init(address=where, runtime_env=environment, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, ValueError):  # there is none, or the address is no address
        raise UserError(
            f"params.yaml, engine: no Ray cluster is found; `ray start --head` begins one, or set {ADDRESS}"
        ) from None
    except (RuntimeError, ray.exceptions.RayError) as error:  # of another version, or with another token
        raise UserError(
            f"params.yaml, engine: the Ray cluster at {where} refuses this machine ({' '.join(str(error).split())}); "
            "all machines need the same versions, and the cluster's token where it has one"
        ) from None


def _refuse_silent(address: str) -> None:
    """Raises a UserError if nobody listens where Ray would look; what is no address, or no cluster, Ray refuses."""
    try:
        # `auto` may be a cluster that this machine still remembers, and localhost is another address of it to Ray.
        found = import_module("ray._private.services").canonicalize_bootstrap_address(address) or ""
    except (OSError, ValueError):
        return
    host, _, port = found.rpartition(":")
    if port.isdecimal():
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE).close()
        except (OSError, OverflowError) as error:
            raise UserError(
                f"{ADDRESS}: no Ray cluster answers at {found} ({error}); `ray start --head` begins one"
            ) from None


def register() -> None:
    """Makes the backend known to joblib by its name."""
    register_parallel_backend(NAME, Cluster)


def _in_folder(folder: str, func: Callable[[], Any]) -> Any:
    """Runs a task in the folder of the study, which all machines see under one path; it ends with its machine's Ray."""
    die_with_parent(os.getppid())
    if not Path(folder, "params.yaml").is_file():
        where = os.uname().nodename
        raise UserError(f"{folder}: the study is not there on {where}; all machines need it under the same path")
    os.chdir(folder)
    return func()
