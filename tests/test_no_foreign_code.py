"""Nothing that runs what a file says: no pickle, no eval, no unsafe YAML. Ruff's S rules know some of these names."""

import ast
import subprocess
from pathlib import Path

from study.paths import PIPELINE, SCRATCH
from study.prepared import PREPARED
from tests.tiny import ROOT

CALLS = {"eval", "exec", "compile", "__import__", "torch.load", "torch.save", "yaml.load", "yaml.unsafe_load"}
CALLS |= {"yaml.full_load", "joblib.load", "joblib.dump", "pl.DataFrame.deserialize", "pd.read_pickle", "marshal.loads"}
OWN = {"study/prepared.py": {"pickle"}}
"""What this machine has written for itself, in a folder that neither git nor DVC carries from one to another."""
MODULES = {"pickle", "cPickle", "cloudpickle", "dill", "shelve", "marshal"}


def used(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            found.add(ast.unparse(node.func))
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    allows_pickle = "allow_pickle=True" in path.read_text(encoding="utf-8")
    return (found & (CALLS | MODULES)) | ({"allow_pickle"} if allows_pickle else set())


def test_no_module_of_the_study_runs_what_a_file_says():
    files = sorted((ROOT / "study").rglob("*.py"))

    assert len(files) > 100
    assert OWN == {str(path.relative_to(ROOT)): names for path in files if (names := used(path))}


def test_what_a_machine_has_written_for_itself_stays_there():
    ignored = subprocess.run(["git", "check-ignore", "--quiet", str(PREPARED / "any")], cwd=ROOT, check=False)

    assert 0 == ignored.returncode
    assert str(SCRATCH) not in (ROOT / PIPELINE).read_text(encoding="utf-8")
