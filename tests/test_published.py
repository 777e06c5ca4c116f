"""The published results are those of the run that dvc.lock records, and of these parameters."""

import hashlib
import json

import yaml

from study.params import load
from study.paths import PARAMS, RESULTS
from tests.tiny import ROOT

LOCK = yaml.safe_load((ROOT / "dvc.lock").read_text(encoding="utf-8"))["stages"]
SNAPSHOT = load(ROOT / PARAMS).snapshot.name


def test_the_hashes_of_the_results_are_those_of_the_lock():
    locked = {out["path"]: out["md5"] for stage in LOCK.values() for out in stage["outs"]}
    published = {path: md5 for path, md5 in locked.items() if path.startswith(str(RESULTS))}
    found = {path: hashlib.md5((ROOT / path).read_bytes()).hexdigest() for path in published}

    assert published == found
    assert {path.name for path in (ROOT / RESULTS / SNAPSHOT).iterdir()} - {"cost"} <= {
        path.rsplit("/", 1)[1] for path in published
    }


def test_the_manifest_vouches_for_its_files():
    folder = ROOT / RESULTS / SNAPSHOT
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in manifest["files"]}

    assert manifest["files"] == found
    assert "+changes" not in manifest["revision"]


def test_every_stage_was_run_with_the_published_parameters():
    params = yaml.safe_load((ROOT / PARAMS).read_text(encoding="utf-8"))
    for name, stage in LOCK.items():
        for key, value in stage.get("params", {}).get(str(PARAMS), {}).items():
            published = params
            for part in key.split("."):
                published = published[part]

            assert published == value, f"{name}: {key}"
