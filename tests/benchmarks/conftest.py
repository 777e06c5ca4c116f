"""The benchmarks as modules."""

from importlib import import_module

import pytest

from tests.tiny import ROOT

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS")


@pytest.fixture
def script(monkeypatch):
    """A benchmark as a module, by its name; some set the threads of the process."""
    for name in THREADS:
        monkeypatch.setenv(name, "1")
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return import_module
