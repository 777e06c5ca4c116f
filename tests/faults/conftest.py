"""The small study, untouched and finished, once for all faults."""

import shutil
import time

import pytest

from tests.faults.small import make_clone, repro, results


@pytest.fixture(scope="session")
def untouched(tmp_path_factory):
    return make_clone(tmp_path_factory.mktemp("untouched") / "clone")


@pytest.fixture(scope="session")
def finished(untouched, tmp_path_factory):
    """The clone of a run that nobody disturbs, and the seconds that it took."""
    folder = tmp_path_factory.mktemp("finished") / "clone"
    shutil.copytree(untouched, folder)
    started = time.monotonic()
    code, said = repro(folder)
    assert 0 == code, said
    return folder, time.monotonic() - started


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
