"""Results that are incomplete, broken or not those of params.yaml end in one line that names the place."""

from types import SimpleNamespace

import pytest

from study.errors import UserError
from study.exhibits import results as module
from study.exhibits.results import Results


def test_hand_made_results_agree_with_params(made):
    made().check()


@pytest.mark.parametrize("file", ["contrasts.json", "leaderboard.json"])
def test_what_is_declared_but_has_no_result_is_named(made, file):
    gone = {}

    def drop(written):
        gone.update(written[file].pop())

    results = made(drop)

    with pytest.raises(
        UserError, match=rf"{file}: it lacks '{gone.get('name', gone.get('variant'))}'; run `dvc repro`"
    ):
        results.check()


def test_a_result_that_nobody_declared_is_named(made):
    def add(written):
        written["contrasts.json"].append(written["contrasts.json"][0] | {"name": "surprise"})

    with pytest.raises(UserError, match=r"contrasts.json: it has, unlike params.yaml, 'surprise'"):
        made(add).check()


def test_a_contrast_with_a_variant_that_is_not_on_the_leaderboard_is_refused(made):
    def rename(written):
        written["contrasts.json"][0]["left_variant"] = "nobody"

    with pytest.raises(UserError, match=r"contrasts.json: left_variant of .* 'nobody' is not on the leaderboard"):
        made(rename).check()


def test_results_of_another_snapshot_are_refused(made):
    with pytest.raises(UserError, match=r"manifest\.json"):
        made(lambda written: written["manifest.json"].update(snapshot="other")).check()


def test_a_missing_file_is_named(made):
    results = made()
    (results.folder / "power.json").unlink()

    with pytest.raises(UserError, match=r"power.json: no such file; run `dvc repro`"):
        _ = results.power


def test_a_wrong_value_is_named_with_its_place(made):
    results = made(lambda written: written["contrasts.json"][2].update(verdict="good"))

    with pytest.raises(UserError, match=r"contrasts.json: 2.verdict: Input should be 'better'"):
        _ = results.contrasts


def test_a_missing_metric_column_is_named(made):
    with pytest.raises(UserError, match=r"queries.parquet: .*ndcg@99"):
        made().queries(["ndcg@99"])


def test_load_reads_the_snapshot_that_params_name(made, tmp_path, monkeypatch):
    results = made()
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / results.params.snapshot.name).symlink_to(results.root)
    monkeypatch.setattr(module, "RESULTS", tmp_path / "all")

    assert isinstance(module.load(), Results)
    assert module.load().beside("young") is None


def test_a_composed_variant_costs_what_its_members_do_too(made):
    results = made()
    measured, cost = results.measured, results.cost
    best = {
        family: max((row for row in results.leaderboard if row.family == family), key=lambda row: row.select).variant
        for family in ("aggregates", "sequence")
    }
    members = {
        "hybrid-lambdarank": ["sum-horizon-repeat"],
        "average-of-seeds": ["sum-horizon-repeat"],
        "average-of-learners": list(best.values()),
        "sum-horizon-repeat": [],
    }

    for variant, taken in members.items():
        parts = [measured[name] for name in (variant, *taken)]
        assert taken == results.members(variant)
        assert sum(part.refit_seconds for part in parts) == pytest.approx(cost[variant].refit_seconds)
        assert sum(part.tune_seconds for part in parts) == pytest.approx(cost[variant].tune_seconds)


def test_a_report_without_the_arm_that_it_begins_with_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setattr("study.exhibits.results.RESULTS", tmp_path)

    with pytest.raises(UserError, match="the arm main, which the report begins with, has not been run; run `make stud"):
        module.load()


def test_a_refit_is_a_round_short_where_the_best_one_was_the_last_but_one(made, monkeypatch):
    results, told = made(), []
    for best in (6, 7, 8):
        monkeypatch.setattr(Results, "search", lambda *_, best=best: SimpleNamespace(rounds=best, last_round=8))
        told.append([results.is_a_round_short(variant) for variant in ("sum-horizon", "lightgbm-binary")])

    assert [[False, False], [True, False], [False, False]] == told
