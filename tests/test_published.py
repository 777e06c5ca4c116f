"""The published results are those of the run that dvc.lock records, and of these parameters."""

import hashlib
import json
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
import yaml
from scipy.special import ndtri

from study.events.health import DEVIATION
from study.metrics.screening import tie_hashes
from study.params import load
from study.params.statistics import POWER
from study.params.worlds import Worlds
from study.paths import PARAMS, RESULTS, SIMULATED, world_file
from study.provenance import params_hash
from study.versions import PACKAGES
from tests.tiny import ROOT

LOCK = yaml.safe_load((ROOT / "dvc.lock").read_text(encoding="utf-8"))["stages"]
PUBLISHED = load(ROOT / PARAMS)
SNAPSHOT = PUBLISHED.snapshot.name
REPEATED = ROOT / world_file("validity")
"""What `python -m study worlds --repeat N` writes, no stage of the pipeline."""

ARMS = sorted(path.parent for path in (ROOT / RESULTS).rglob("manifest.json"))
"""Of every snapshot: the lock vouches for the current one alone."""


def hash_of(path: Path) -> str:
    """As DVC computes it: of a folder, that of the list of its files with their hashes."""
    if not path.is_dir():
        return hashlib.md5(path.read_bytes()).hexdigest()
    files = sorted(file for file in path.rglob("*") if file.is_file())
    listed = [{"md5": hash_of(file), "relpath": file.relative_to(path).as_posix()} for file in files]
    return hashlib.md5(json.dumps(listed, sort_keys=True).encode()).hexdigest() + ".dir"


def test_the_hashes_of_the_results_are_those_of_the_lock():
    locked = {out["path"]: out["md5"] for stage in LOCK.values() for out in stage["outs"]}
    published = {path: md5 for path, md5 in locked.items() if path.startswith(str(RESULTS))}
    folders = [ROOT / RESULTS / SNAPSHOT, ROOT / SIMULATED]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path != REPEATED]

    assert published == {path: hash_of(ROOT / path) for path in published}
    assert [] == [path for path in files if not any(path.is_relative_to(ROOT / out) for out in published)]


@pytest.mark.parametrize("folder", ARMS, ids=lambda folder: str(folder.relative_to(ROOT / RESULTS)))
def test_the_manifest_vouches_for_its_files(folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in manifest["files"]}

    assert manifest["files"] == found
    assert "+changes" not in manifest["revision"]


def test_every_stage_was_run_with_the_published_parameters():
    params = yaml.safe_load((ROOT / PARAMS).read_text(encoding="utf-8"))
    recorded = {name: stage.get("params", {}).get(str(PARAMS), {}) for name, stage in LOCK.items()}
    assert any(recorded.values())
    for name, values in recorded.items():
        for key, value in values.items():
            published = params
            for part in key.split("."):
                published = published[part]

            assert published == value, f"{name}: {key}"


@pytest.mark.parametrize("folder", ARMS, ids=lambda folder: str(folder.relative_to(ROOT / RESULTS)))
def test_results_were_made_with_the_pinned_versions(folder):
    """No stage depends on them: whoever moves a pin runs the study again."""
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    pins = dict(line.split("==") for line in pinned if "==" in line)
    versions = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["versions"]

    assert versions == {name: pins[name] for name in PACKAGES}


def test_check_foresees_what_the_published_log_can_show():
    """By the spread of a typical contrast of this log, which `check` takes for that of any."""
    power = json.loads((ROOT / RESULTS / SNAPSHOT / "main" / "power.json").read_text(encoding="utf-8"))
    reach = float(ndtri(1 - PUBLISHED.statistics.alpha / 2) + ndtri(POWER))

    assert pytest.approx(power["detectable"], rel=0.02) == reach * DEVIATION / power["users"] ** 0.5


@pytest.mark.parametrize("arm", PUBLISHED.arms)
def test_every_arm_was_run_with_the_published_parameters(arm):
    """Those of training and scoring among them, which the lock has as a hash alone."""
    manifest = json.loads((ROOT / RESULTS / SNAPSHOT / arm / "manifest.json").read_text(encoding="utf-8"))

    assert manifest["params_hash"] == params_hash(PUBLISHED, arm)


def test_the_validity_check_is_the_one_that_params_declares():
    """No stage makes it, so that no lock vouches for it."""
    found = json.loads(REPEATED.read_text(encoding="utf-8"))
    sizes = ("users", "days", "seeds", "rounds", "positions", "boosting_rounds")
    declared = [
        (name, world, *(getattr(part, size) for size in sizes), [[b, a] for a, b in combinations(part.variants, 2)])
        for name, part in PUBLISHED.section(Worlds).validity.items()
        for world in part.worlds
    ]
    made = [
        (one["part"], one["world"], *(one[size] for size in sizes), [[c["left"], c["right"]] for c in one["contrasts"]])
        for one in found["parts"]
    ]

    assert declared == made
    assert not any("+changes" in one["revision"] for one in found["parts"])


@pytest.mark.parametrize("arm", PUBLISHED.arms)
def test_an_effect_is_the_difference_of_what_the_leaderboard_says_of_its_sides(arm):
    """So that effects of contrasts that follow each other add up to that of the ends."""
    primary = "recall@5%" if arm == "who" else "recall@10"
    rows = json.loads((ROOT / RESULTS / SNAPSHOT / arm / "leaderboard.json").read_text(encoding="utf-8"))
    reached = {row["variant"]: row["estimates"][primary]["estimate"] for row in rows}
    contrasts = json.loads((ROOT / RESULTS / SNAPSHOT / arm / "contrasts.json").read_text(encoding="utf-8"))

    assert contrasts
    for one in contrasts:
        assert one["effect"] == pytest.approx(reached[one["left_variant"]] - reached[one["right_variant"]], abs=1e-9)


@pytest.mark.parametrize("arm", PUBLISHED.arms)
def test_whoever_doubts_an_effect_can_recompute_it_from_what_is_published(arm):
    """By a few lines that share no code with the study but the hash that parts equal scores."""
    folder = ROOT / RESULTS / SNAPSHOT / arm
    per_seed = of_users(folder) if arm == "who" else of_queries(folder)
    reached = dict(per_seed.group_by("variant").agg(pl.col("recall").mean()).iter_rows())
    contrasts = json.loads((folder / "contrasts.json").read_text(encoding="utf-8"))

    assert contrasts
    for one in contrasts:
        assert one["effect"] == pytest.approx(reached[one["left_variant"]] - reached[one["right_variant"]], abs=1e-6)


def of_queries(folder: Path) -> pl.DataFrame:
    """The mean over all queries."""
    queries = pl.read_parquet(folder / "queries.parquet", columns=["variant", "seed", "recall@10"])
    return queries.group_by("variant", "seed").agg(pl.col("recall@10").cast(pl.Float64).mean().alias("recall"))


def of_users(folder: Path) -> pl.DataFrame:
    """Of those who act at a cut-off the share among the first twentieth of all who are eligible there, averaged."""
    scores = pl.read_parquet(folder / "scores.parquet")
    keys = scores.select("user_id", "cutoff").unique().with_columns(at=pl.col("cutoff").dt.epoch("us"))
    hashes = [
        part.with_columns(tie=pl.Series(tie_hashes(part["user_id"].to_list(), part["at"][0])))
        for part in keys.partition_by("at")
    ]
    ranked = scores.join(pl.concat(hashes), on=["user_id", "cutoff"]).sort("score", "tie", descending=[True, False])
    at_cutoffs = ranked.group_by("variant", "seed", "cutoff", maintain_order=True).agg(
        recall=pl.col("label").head(pl.len() // 20).sum() / pl.col("label").sum()
    )
    return at_cutoffs.group_by("variant", "seed").agg(pl.col("recall").mean())
