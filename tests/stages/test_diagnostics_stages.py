import json
import shutil

import polars as pl
import pytest

from study.device import name_of
from study.diagnostics.twins import SEEN
from study.errors import UserError
from study.exhibits import diagnostics as diagnostics_page
from study.exhibits import every_change, leak_alarm
from study.exhibits import tokens as tokens_page
from study.exhibits.results import Results
from study.models.sequence_settings import Settings
from study.params import load
from study.paths import SCRATCH, cost_file, results_folder, run_folder
from study.stages import check, diagnose, diagnostics, tokens
from tests.tiny import inside, prepare, tiny_log, tiny_params, train_and_score, without_test, write_workspace

pytestmark = pytest.mark.slow
RANKING = ["popularity", "recent-popularity", "personal-decay", "lightgbm-lambdarank", "sum-horizon-repeat"]
SCREENING = ["who-logistic", "who-sum-bce"]
KEPT = [*RANKING, *SCREENING]
FLAT = "flat-next-tokens"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A tiny study of few variants, trained; nothing of test has been scored."""
    folder = tmp_path_factory.mktemp("diagnosed")
    whole = tiny_params()
    roster = {name: whole["roster"][name] for name in [*KEPT, FLAT]}
    asked = whole["diagnostics"] | {"last_events": [8], "noise_attributes": [1], "user_shares": [0.5]}
    changes = {"roster": roster, "composed": {"hybrid-lambdarank": whole["composed"]["hybrid-lambdarank"]}}
    budgets = whole["budgets"]["default"]
    longer = budgets["tokens"] | {"rounds": 4, "positions": 10_000}  # until the loss is below the unigram loss
    changes["budgets"] = whole["budgets"] | {"default": budgets | {"tokens": longer}}
    write_workspace(folder, tiny_log(), **changes, contrasts={}, diagnostics=asked, worlds={})
    prepare(folder)
    train_and_score(folder, [*KEPT, FLAT, "hybrid-lambdarank"])
    return folder


@pytest.fixture(scope="module")
def fitted(workspace):
    with inside(workspace), without_test():
        diagnose.run()
    return workspace


@pytest.fixture(scope="module")
def published(fitted):
    with inside(fitted):
        diagnostics.run()
        folder = results_folder("tiny", "diagnostics")
        return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in folder.iterdir()}


def test_what_a_variant_cost_is_told_with_the_device_of_its_refits(workspace):
    with inside(workspace):
        cost = json.loads(cost_file("tiny", "main", "sum-horizon-repeat").read_text(encoding="utf-8"))

    assert name_of("auto") == cost["device"]


def test_fitting_does_without_test(fitted):
    with inside(fitted):
        fits = {path.name for path in (diagnose.FITS / "sequence").iterdir()}
        screening = {path.name for path in (diagnose.FITS / "who-sequence").iterdir()}

    assert {"unchanged", "labels-permuted"} == screening
    assert {
        "unchanged",
        "order-retrained",
        "no-time",
        "without-price",
        "noise-1",
        "users-50",
        "labels-permuted",
    } <= fits
    assert not {"order-at-test", "last-8"} & fits


def test_labels_are_permuted_anew_for_each_fit(fitted):
    with inside(fitted):
        fits = [diagnose.FITS / "who-aggregates" / change for change in ("unchanged", "labels-permuted")]
        weights = [{path.read_bytes() for path in folder.glob("seed-*/fitted.safetensors")} for folder in fits]

    assert [1, 2] == [len(different) for different in weights]  # the regression itself draws nothing


def test_every_family_is_contrasted_with_its_unchanged_fit(published):
    found = {(row["family"], row["change"]) for row in published["contrasts.json"]}
    told = {row["family"]: row["variant"] for row in published["estimates.json"]}
    sides = {
        (row["family"], row[end]) for row in published["contrasts.json"] for end in ("left_variant", "right_variant")
    }

    assert {("counting", "order-at-test"), ("counting", "last-8"), ("aggregates", "no-time")} <= found
    assert ("hybrid", "last-8") in found
    assert {(family, told[family]) for family, _ in found} == sides
    assert not [row for row in published["contrasts.json"] if row["change"] == "labels-permuted"]


def test_with_the_budget_of_the_main_arm_the_unchanged_fit_is_its_refit(published, fitted):
    with inside(fitted):
        variant = next(r["variant"] for r in published["estimates.json"] if r["family"] == "sequence")
        scored = pl.read_parquet(f"data/scores/main/{variant}/metrics.parquet")
    told = {r["family"]: r["estimate"] for r in published["estimates.json"] if r["change"] == "unchanged"}

    assert pytest.approx(scored["recall@10"].to_numpy().mean(), abs=1e-6) == told["sequence"]


def test_what_a_variant_cannot_notice_is_left_out_with_a_reason(published):
    left_out = {(row["family"], row["change"]): row["reason"] for row in published["left_out.json"]}

    assert "fits nothing" in left_out["counting", "users-50"]
    assert "not the columns" in left_out["aggregates", "without-category"]
    assert not set(left_out) & {(row["family"], row["change"]) for row in published["contrasts.json"]}


def test_every_fitted_family_is_asked_by_the_alarm(published):
    against = {row["family"]: row["against"] for row in published["alarm.json"]["variants"]}

    assert {"aggregates", "sequence", "hybrid", "who-aggregates", "who-sequence"} == set(against)
    assert {"popularity", "recent-popularity"} >= {against[name] for name in ("aggregates", "sequence", "hybrid")}
    assert {"chance"} == {against[name] for name in ("who-aggregates", "who-sequence")}


def test_estimates_name_their_metric(published):
    told = {(row["family"], row["change"]): row["metric"] for row in published["estimates.json"]}

    assert "recall@10" == told["impersonal", "unchanged"] == told["hybrid", "last-8"]
    assert "auroc" == told["who-sequence", "unchanged"] == told["who-aggregates", "labels-permuted"]


def test_the_page_shows_what_was_published(published, fitted):
    with inside(fitted):
        found = Results(results_folder("tiny", "main").parent, load())
        answer, alarm, table = (
            part(found).text for part in (diagnostics_page.answer, leak_alarm.leak_alarm, every_change.shown)
        )

    assert f"{len(published['contrasts.json'])} contrasts" in answer
    assert all(row["variant"] in alarm for row in published["alarm.json"]["variants"])
    assert "AUROC" in alarm
    assert all(row["change"] in table for row in published["contrasts.json"])


def test_a_second_run_from_the_start_gives_the_same_bytes(published, fitted):
    with inside(fitted):
        for work in ("diagnose", "diagnostics"):
            shutil.rmtree(SCRATCH / work)
        diagnose.run()
        diagnostics.run()
        folder = results_folder("tiny", "diagnostics")
        again = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in folder.iterdir()}

    assert published == again


@pytest.fixture(scope="module")
def accounted(workspace):
    searches, aside = workspace / "data/runs", workspace / "aside"
    with inside(workspace):
        searches.rename(aside)  # the token accounting waits for no search
        try:
            with without_test():
                tokens.run()
        finally:
            aside.rename(searches)
        return json.loads((results_folder("tiny", "tokens") / "tokens.json").read_text(encoding="utf-8"))


def test_the_accounting_has_a_row_for_every_slot_and_all(accounted, workspace):
    with inside(workspace):
        columns = ["event_type", *load().snapshot.attributes]

    assert {*columns, "all"} == {row["slot"] for row in accounted["slots"]}
    assert sum(row["tokens"] for row in accounted["slots"][:-1]) == accounted["slots"][-1]["tokens"]


def test_shares_of_the_drop_add_up(accounted):
    parts = accounted["slots"][-1]["shares"]

    assert pytest.approx(1) == sum(parts[name]["estimate"] for name in ("column", "event", "moment", "earlier"))
    within = parts["column"]["estimate"] + parts["event"]["estimate"]
    assert pytest.approx(within) == parts["within_event"]["estimate"]


def test_the_page_says_whether_the_criterion_holds(accounted, workspace):
    with inside(workspace):
        told = tokens_page.answer(tokens_page.load()).text

    expected = {"holds": "holds</strong>", "fails": "not hold</strong>", "overtaken": "cannot be told</strong>"}
    assert expected.get(accounted["finding"], "undetermined") in told


def test_what_the_past_tells_is_of_tokens_that_begin_a_moment(accounted, workspace):
    """A part of the ranked column's tokens; what each side gains is the difference of its losses."""
    with inside(workspace):
        params = load()
        ranked = params.question(params.variants[accounted["variant"]].question).candidate_columns
    past = accounted["past"]
    losses = {name: loss["estimate"] for name, loss in past["losses"].items()}

    assert 0 < past["tokens"] < sum(row["tokens"] for row in accounted["slots"] if row["slot"] in ranked)
    assert pytest.approx(losses["moment"] - losses["everything"]) == past["gained"]["estimate"]
    assert pytest.approx(losses["column"] - losses["own"]) == past["counted"]["estimate"]


def test_twins_are_trained_on_the_same_tokens(accounted):
    lengths = {len(curve) for curves in accounted["training_losses"].values() for curve in curves}

    assert {accounted["rounds"]} == lengths


def test_a_variant_that_is_not_flat_is_refused(workspace, monkeypatch):
    with inside(workspace):
        params = load()
        changed = params.model_copy(update={"tokens": params.tokens | {"variant": "sum-horizon-repeat"}})
        monkeypatch.setattr(tokens, "load", lambda: changed)
        with pytest.raises(UserError, match="next_token"):
            tokens.run()


def test_a_model_whose_loss_is_no_number_is_one_line_and_nothing_of_it_is_kept(workspace, tmp_path):
    with inside(workspace):
        params = load()
        entry, wild = params.roster[FLAT], Settings(learning_rate=1e30)
        with pytest.raises(UserError, match=f"tokens: {FLAT} that sees {SEEN[0]}, seed 1: the training loss is"):
            tokens.account_once(tmp_path / "fit", params, entry, wild, SEEN[0], 1)

    assert [] == list(tmp_path.iterdir())


def test_check_writes_the_code_of_the_stages(workspace):
    with inside(workspace):
        check.fingerprints()
        assert "study/diagnostics/labels.py" in diagnose.code_of("diagnose").read_text(encoding="utf-8")
        assert "study/models/gbdt.py" in diagnose.code_of("diagnostics").read_text(encoding="utf-8")
        assert "study/nn/sight.py" in diagnose.code_of("tokens").read_text(encoding="utf-8")
        assert run_folder("main", FLAT).exists()
