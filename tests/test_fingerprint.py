"""The code of a stage is all that it imports."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import study.__main__ as command_line
from study import under_dvc
from study.errors import UserError
from study.fingerprint import closure, fingerprint
from study.paths import SCRATCH, code_of, write_text
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


def test_code_that_is_edited_while_dvc_runs_its_stage_ends_it(tmp_path, monkeypatch):
    """Also an edit that comes after the stage has begun, and one of a file that the process has read before."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(under_dvc.STAGE, "catalogue-cost")
    code = Path("study/part.py")
    code.parent.mkdir()
    code.write_text("first = 1\n", encoding="utf-8")
    told = fingerprint([code])
    write_text(code_of("catalogue-cost"), f"{told}{'0' * 64}  params.yaml, what it reads\n")
    stage = SimpleNamespace(run=lambda: None)
    monkeypatch.setattr(command_line, "_module", lambda *_: stage)
    arguments = SimpleNamespace(stage="catalogue-cost", item=None, stamp=False, repeat=None, part=None)

    command_line._run(arguments)
    stage.run = lambda: code.write_text("second = 2\n", encoding="utf-8")
    begun = SCRATCH / "catalogue-cost"
    begun.mkdir(parents=True)
    for first in (f"delete {begun}, where work of the edit may lie, and run", "run"):  # then before it begins
        with pytest.raises(
            UserError, match=rf"^study/part\.py: it was edited since `check` read it; {first} `dvc repro`"
        ):
            command_line._run(arguments)
        stage.run = pytest.fail
