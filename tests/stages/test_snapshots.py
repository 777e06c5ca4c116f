"""The stage that compares two snapshots reads what is published of them, and nothing else."""

import hashlib
import json
from pathlib import Path

import polars as pl
import pytest

from study.errors import UserError
from study.paths import comparison_folder, data_card_file, results_folder
from study.stages import snapshots
from tests.tiny import inside, tiny_log, write_workspace


def publish(name: str, levels: dict[str, float], colours: dict[str, int]) -> None:
    """As much of the results of a snapshot as a comparison needs; to be called in the workspace."""
    rows = [
        (variant, seed, f"u{user}", level + 0.01 * ((7 * user + 3 * seed) % 5))
        for variant, level in levels.items() for seed in (0, 1) for user in range(30)
    ]  # fmt: skip
    folder, card = results_folder(name, "main"), data_card_file(name, "categories")
    for place in (folder, card.parent):
        place.mkdir(parents=True)
    schema = {"variant": pl.String, "seed": pl.Int64, "user_id": pl.String, "recall@10": pl.Float32}
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(folder / "queries.parquet")
    contrasts = [{"name": "a-over-b", "left": "a", "right": "b", "left_variant": "a", "right_variant": "b"}]
    (folder / "contrasts.json").write_text(json.dumps(contrasts), encoding="utf-8")
    hashes = {name: digest(folder / name) for name in ("queries.parquet", "contrasts.json")}
    (folder / "manifest.json").write_text(json.dumps({"snapshot": name, "files": hashes}), encoding="utf-8")
    events = sum(colours.values())
    told = {"kind": "categorical", "cardinality": len(colours), "missing": 0.0, "values": colours}
    whole = {"events": events, "event_types": {"buy": events}, "attributes": {"colour": told}}
    card.write_text(json.dumps(whole), encoding="utf-8")


@pytest.fixture
def folder(tmp_path) -> Path:
    write_workspace(tmp_path, tiny_log(users=2), compare_with=["old"])
    return tmp_path


def test_drift_tau_and_changes_are_published_with_what_they_are_made_of(folder):
    with inside(folder):
        publish("old", {"a": 0.1, "b": 0.3, "c": 0.5}, {"red": 4})
        publish("tiny", {"a": 0.5, "b": 0.3, "c": 0.1}, {"red": 2, "blue": 2})
        snapshots.run("old")
        place = comparison_folder("tiny", "old")
        found, manifest = (json.loads((place / f"{n}.json").read_text("utf-8")) for n in ("comparison", "manifest"))
        first = (place / "comparison.json").read_bytes()
        snapshots.run("old")

        assert -1.0 == found["ranks"]["estimate"]
        assert [0.0, 0.5] == [row["new"] for row in found["drift"]]
        (change,) = found["changes"]
        assert ("a-over-b", "better") == (change["name"], change["verdict"])
        assert pytest.approx([-0.2, 0.2, 0.4]) == [change[key] for key in ("there", "here", "effect")]
        assert {name: digest(results_folder(name, "main") / "manifest.json") for name in ("old", "tiny")} == manifest[
            "made_of"
        ]
        assert {"comparison.json": digest(place / "comparison.json")} == manifest["files"]
        assert first == (place / "comparison.json").read_bytes()


@pytest.mark.parametrize("colours", [{"red": 4}, {"red": 2, "blue": 2}])
def test_a_run_on_the_same_events_is_published_as_one(folder, colours):
    with inside(folder):
        publish("old", {"a": 0.1, "b": 0.3, "c": 0.5}, {"red": 4})
        publish("tiny", {"a": 0.1, "b": 0.3, "c": 0.5}, colours)
        card = data_card_file("tiny", "categories")
        card.write_text(json.dumps(json.loads(card.read_text("utf-8")) | {"snapshot": "tiny"}), encoding="utf-8")
        snapshots.run("old")
        found = json.loads((comparison_folder("tiny", "old") / "comparison.json").read_text("utf-8"))

    assert (colours == {"red": 4}) == found["ranks"]["is_one_log"]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["old", "tiny"])
@pytest.mark.parametrize("file", ["queries.parquet", "contrasts.json"])
def test_results_that_their_manifest_does_not_vouch_for_are_refused(folder, name, file):
    """As a comparison leaves them that was killed between two files."""
    with inside(folder):
        for snapshot in ("old", "tiny"):
            publish(snapshot, {"a": 0.5, "b": 0.3}, {"red": 2})
        path = results_folder(name, "main") / file
        path.write_bytes(path.read_bytes() + b" ")
        with pytest.raises(UserError, match=f"{path}: it is not .* compare@main` with snapshot.name: {name}"):
            snapshots.run("old")
        assert not comparison_folder("tiny", "old").exists()


def test_without_results_of_both_it_says_which_are_missing(folder):
    with inside(folder):
        publish("tiny", {"a": 0.5, "b": 0.3}, {"red": 2})
        with pytest.raises(UserError, match=r"old/main/manifest\.json: no such file"):
            snapshots.run("old")
