"""The manifest names the kernels that were really used."""

import os
import subprocess
import sys

import pytest

from study.blas import blas
from tests.tiny import ROOT


@pytest.mark.skipif("openblas" not in blas(), reason="numpy multiplies with another library here")
@pytest.mark.parametrize("kernels", ["Haswell", "Sandybridge"])
def test_the_kernels_are_those_that_the_environment_asks_for(kernels):
    command = [sys.executable, "-c", "from study.blas import blas; print(blas())"]
    environment = os.environ | {"OPENBLAS_CORETYPE": kernels}
    found = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)

    assert f"openblas, {kernels}" == found.stdout.strip()
