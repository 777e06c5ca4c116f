"""A search on a Ray cluster of two nodes, on 127.0.0.1 alone, has the bits of one on this machine."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import psutil
import pytest

from study.errors import UserError
from study.params.engine import Engine
from study.stages import snapshot, split
from study.tuning import cluster
from study.tuning.workers import run_all
from tests.faults.small import PATIENCE, SMALL, VARIANTS, environment, small_params
from tests.tiny import ROOT, in_small_parts, inside, prepare, size_of, tiny_log, write_workspace

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install -c constraints.txt -e '.[ray]'")
utilities = pytest.importorskip("ray.cluster_utils")

pytestmark = pytest.mark.slow
LOOPBACK = "127.0.0.1"
VARIANT = VARIANTS[1]
RAY = Engine(name="ray")


@contextmanager
def begun():
    """A cluster of two nodes with a core each; the second says that it has a GPU."""
    folder = tempfile.mkdtemp(prefix="ray", dir="/tmp")  # a path of a socket has at most 107 characters
    node = {"num_cpus": 1, "object_store_memory": 80 << 20, "node_ip_address": LOOPBACK, "include_dashboard": False}
    with pytest.MonkeyPatch.context() as patch:
        # The tasks of these tests are found by name on the other node.
        patch.setenv("PYTHONPATH", str(ROOT), prepend=os.pathsep)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_TMPDIR", folder)
        # Else Ray takes another address of this machine for 127.0.0.1.
        patch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
        patch.setattr("ray._private.ray_constants.ENABLE_RAY_CLUSTER", False)
        made = utilities.Cluster(initialize_head=True, head_node_args=node)
        try:
            made.add_node(**node, num_gpus=1)
            patch.setenv(cluster.ADDRESS, made.address)
            yield made
        finally:
            ray.shutdown()
            made.shutdown()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def two_nodes():
    """The cluster of all tests but the one that takes a node away, which stands first: one process meets one."""
    with begun() as made:
        yield made


def below(node) -> list[psutil.Process]:
    """The processes of a node that run a task of ours."""
    found = []
    for process in psutil.Process(node.all_processes["raylet"][0].process.pid).children(recursive=True):
        try:
            line = process.cmdline()
        except psutil.Error:
            continue
        if line and "_in_folder" in line[0]:
            found.append(process)
    return found


def workspace(folder: Path, engine: str) -> Path:
    raw = small_params()
    own = {name: raw[name] for name in ("roster", "composed", "contrasts", "diagnostics", "worlds")}
    budgets = {"default": size_of(SMALL)}
    write_workspace(folder, tiny_log(), budgets=raw["budgets"] | budgets, engine={"name": engine}, **own)
    prepare(folder)
    return folder


def trained(folder: Path) -> subprocess.Popen[str]:
    paths = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, "-m", "study", "train", VARIANT], cwd=folder, env=environment(folder) | {"PYTHONPATH": paths},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip


def bits(folder: Path) -> dict[str, str]:
    """The hash of each file of the search and its models, and the name of the folder of unfinished work."""
    runs = folder / "data/runs"
    files = [path for path in sorted(runs.rglob("*")) if path.is_file()]
    hashes = {str(path.relative_to(runs)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return hashes | {"scratch": " ".join(path.name for path in (folder / "data/scratch/train" / VARIANT).iterdir())}


@pytest.fixture(scope="module")
def by_loky(tmp_path_factory):
    folder = workspace(tmp_path_factory.mktemp("loky"), "loky")
    said, _ = (running := trained(folder)).communicate()
    assert 0 == running.returncode, said
    return bits(folder)


def test_a_search_on_a_cluster_that_loses_a_node_has_the_bits_of_one_machine(by_loky, tmp_path):
    folder = workspace(tmp_path, "ray")
    with begun() as nodes:
        second = nodes.worker_nodes.copy().pop()
        running = trained(folder)
        deadline = time.monotonic() + PATIENCE
        while not (busy := below(second)) and running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert busy, running.communicate()[0]
        time.sleep(0.5)
        nodes.remove_node(second, allow_graceful=False)
        said, _ = running.communicate(timeout=PATIENCE)
        assert not psutil.pid_exists(busy[0].pid), "a worker outlives its machine"

    assert 0 == running.returncode, said
    assert "Traceback" not in said
    assert by_loky == bits(folder)


def test_a_search_on_two_nodes_has_the_bits_of_one_machine(two_nodes, by_loky, tmp_path):
    folder = workspace(tmp_path, "ray")
    said, _ = (running := trained(folder)).communicate(timeout=PATIENCE)

    assert 0 == running.returncode, said
    assert by_loky == bits(folder)


def test_the_parts_of_a_log_have_the_same_bytes_on_two_nodes(two_nodes, monkeypatch, tmp_path):
    in_small_parts(monkeypatch)
    made, handed, submit = {}, [], cluster.Cluster.submit
    monkeypatch.setattr(cluster.Cluster, "submit", lambda *told, **more: handed.append(told) or submit(*told, **more))
    for engine in ("loky", "ray"):
        assert [] == handed
        write_workspace(tmp_path / engine, tiny_log(), engine={"name": engine})
        with inside(tmp_path / engine):
            snapshot.run()
            split.run("young")
            files = [path for path in sorted(Path("data").rglob("*.*")) if path.is_file()]
            made[engine] = {str(path): path.read_bytes() for path in files}

    assert made["loky"] == made["ray"]
    assert len(handed) > 10, "every part is a task in both stages"
    assert "data/events/young/test.parquet" in made["ray"]


def die_unless_spared(number: int) -> int:
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return 10 * number


def refuse(number: int) -> int:
    raise UserError(f"{number} is refused")


def test_a_task_that_kills_its_workers_costs_that_task_alone(two_nodes, tmp_path):
    (tmp_path / "params.yaml").touch()
    with inside(tmp_path):
        found = dict(run_all([partial(die_unless_spared, number) for number in range(4)], -1, RAY))

    assert {0: 0, 1: None, 2: 20, 3: 30} == found


def seen(_: int) -> str:
    return os.environ.get("CUDA_VISIBLE_DEVICES", "every one")


@pytest.mark.parametrize(("gpus", "shown"), [(0.5, "0"), (0.0, "")])
def test_a_task_is_shown_the_gpu_that_it_asks_for_a_share_of_and_no_other(two_nodes, tmp_path, gpus, shown):
    (tmp_path / "params.yaml").touch()
    with inside(tmp_path):
        tasks = [partial(seen, number) for number in range(4)]
        found = [gpu for _, gpu in run_all(tasks, -1, Engine(name="ray", gpus=gpus))]

    assert [shown] * 4 == found


def test_what_a_task_raises_is_raised_here_in_one_line(two_nodes, tmp_path):
    (tmp_path / "params.yaml").touch()
    with inside(tmp_path), pytest.raises(UserError) as raised:
        list(run_all([partial(refuse, 7)], -1, RAY))

    assert "7 is refused" == str(raised.value)


def test_a_machine_without_the_study_says_where_it_looked(two_nodes, tmp_path):
    with inside(tmp_path), pytest.raises(UserError, match=f"{tmp_path}: the study is not there on"):
        list(run_all([partial(refuse, 7)], -1, RAY))


def test_a_result_that_was_lost_with_its_machine_is_a_death():
    backend, lost = cluster.Cluster(), Future()
    backend._ray = ray
    lost.set_exception(ray.exceptions.ObjectReconstructionFailedError("ab", "", "", "its machine is gone"))

    assert [None] == backend.retrieve_result_callback(lost)


REFUSALS = {
    "version": RuntimeError("Version mismatch: The cluster was started with:\n    Ray: 2.9.0\n    Python: 3.11.2\n"),
    "token": ray.exceptions.AuthenticationError("InvalidAuthToken"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_cluster_that_refuses_this_machine_is_one_line(monkeypatch, refusal):
    def refuse_to_join(**_):
        raise REFUSALS[refusal]

    ray.shutdown()  # of the cluster of the tests before
    monkeypatch.setenv(cluster.ADDRESS, "ray://127.0.0.1:1")
    monkeypatch.setattr(ray, "init", refuse_to_join)
    with pytest.raises(UserError) as raised:
        cluster.connect()

    said = str(raised.value)
    assert said.startswith("params.yaml, engine: the Ray cluster at ray://127.0.0.1:1 refuses this machine (")
    assert str(REFUSALS[refusal]).split()[0] in said
    assert 1 == len(said.splitlines())


def test_without_a_cluster_the_command_that_begins_one_is_named(tmp_path, monkeypatch):
    ray.shutdown()  # of the cluster of the tests before
    monkeypatch.delenv(cluster.ADDRESS, raising=False)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    monkeypatch.setattr("ray._private.services.find_gcs_addresses", cache(set))
    with pytest.raises(UserError, match="no Ray cluster is found; `ray start --head` begins one"):
        list(run_all([partial(refuse, 7)], -1, RAY))


@pytest.mark.parametrize("is_remembered", [False, True], ids=["named", "remembered"])
def test_an_address_where_nobody_listens_is_one_line_and_is_not_waited_for(monkeypatch, tmp_path, is_remembered):
    """A machine remembers the cluster that it belonged to when it lost its current."""
    ray.shutdown()  # as above
    with socket.create_server((LOOPBACK, 0)) as closed:
        address = f"{LOOPBACK}:{closed.getsockname()[1]}"
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray/ray_current_cluster").write_text(address)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    monkeypatch.setenv(cluster.ADDRESS, "" if is_remembered else address)
    monkeypatch.setattr("ray._private.ray_constants.ENABLE_RAY_CLUSTER", False)
    monkeypatch.setattr("ray._private.services.find_gcs_addresses", cache(set))
    monkeypatch.setattr(ray, "init", lambda **_: pytest.fail("Ray would wait for it"))
    with pytest.raises(UserError) as raised:
        list(run_all([partial(refuse, 7)], -1, RAY))

    said = str(raised.value)
    assert said.startswith(f"{cluster.ADDRESS}: no Ray cluster answers at {address} (")
    assert 1 == len(said.splitlines())
