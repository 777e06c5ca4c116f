"""The code of a stage is all that it imports."""

import subprocess
import sys
from pathlib import Path

import pytest

from study.fingerprint import closure
from tests.tiny import ROOT


@pytest.mark.parametrize("stage", ["train", "score", "compare"])
def test_every_module_that_a_stage_imports_is_part_of_its_code(stage):
    """Also one that is imported by its name from its package."""
    told = f"import sys, study.stages.{stage}; print(*(n for n in sys.modules if n.startswith('study.')))"
    found = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True).stdout.split()
    files = {Path(f"study/{name.removeprefix('study.').replace('.', '/')}.py") for name in found}
    modules = {file for file in files if (ROOT / file).is_file()}

    assert len(modules) > 20
    assert modules <= {Path(path) for path in closure([f"study.stages.{stage}"])}
