"""The small study, untouched and finished, once for all faults."""

import shutil
import time

import pytest
from filelock import FileLock

from tests.faults.small import make_clone, repro, results


@pytest.fixture(scope="session")
def untouched(tmp_path_factory):
    return make_clone(tmp_path_factory.mktemp("untouched") / "clone")


@pytest.fixture(scope="session")
def finished(untouched, tmp_path_factory, worker_id):
    """The clone of a run that nobody disturbs, and the seconds that it took; the workers of pytest have one."""
    own = tmp_path_factory.getbasetemp()
    shared = (own if worker_id == "master" else own.parent) / "finished"
    folder, told = shared / "clone", shared / "seconds"
    with FileLock(shared.with_suffix(".lock")):
        if not told.exists():
            shutil.copytree(untouched, folder)
            started = time.monotonic()
            code, said = repro(folder)
            assert 0 == code, said
            told.write_text(str(time.monotonic() - started), encoding="utf-8")
    return folder, float(told.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def expected(finished):
    """The hash of each file of its results."""
    return results(finished[0])


@pytest.fixture
def clone(finished, tmp_path):
    """A copy of the finished study that a test may break."""
    folder = tmp_path / "clone"
    shutil.copytree(finished[0], folder, symlinks=True)
    yield folder
    shutil.rmtree(folder)
