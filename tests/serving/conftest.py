import json
import shutil

import pytest

from study.serving import export
from tests.tiny import inside, prepare, tiny_log, tiny_params, train_and_score, write_workspace

WHAT = [
    "popularity",
    "recent-popularity",
    "personal-decay",
    "tifu-knn",
    "lightgbm-lambdarank",
    "sum-horizon",
    "sum-horizon-repeat",
    "composed-horizon",
    "bidirectional-masked-event",
    "flat-next",
    "hybrid-lambdarank",
    "average-of-seeds",
]
WHO = ["key-days", "who-lightgbm-binary", "who-sum-repeat-bce"]
REFIT = {"lightgbm-lambdarank": 1, "sum-horizon": 1, "hybrid-lambdarank": 1, "who-sum-repeat-bce": 1}
"""The refits that are exported where it is not the first."""


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """A tiny study with exported variants; one has a head that composes candidates, which reads the whole log."""
    folder = tmp_path_factory.mktemp("serving")
    raw = tiny_params()
    roster = raw["roster"] | {"composed-horizon": raw["roster"]["sum-horizon"] | {"head": "composed"}}
    coupons = raw["questions"]["coupons"]
    coupons["key_action"]["price"] = {"least": 0.01}  # a range that is open above, which JSON cannot write as it is
    write_workspace(folder, tiny_log(), roster=roster, questions=raw["questions"] | {"coupons": coupons})
    prepare(folder)
    train_and_score(folder, [*WHAT, *WHO])
    with inside(folder):
        for variant in [*WHAT, *WHO]:
            export.run(variant, None, REFIT.get(variant, 0))
    return folder


@pytest.fixture
def model(exported, tmp_path, monkeypatch):
    """A machine with one exported variant, its log, and nothing else."""
    shutil.copytree(exported / "data/exports/personal-decay", tmp_path / "model")
    shutil.copy(exported / "tiny.parquet", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def search_of(folder, arm: str, variant: str):
    return json.loads((folder / f"data/runs/{arm}/{variant}/search.json").read_text(encoding="utf-8"))
