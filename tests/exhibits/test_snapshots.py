"""The page Snapshots, and its sentence in Findings: what another snapshot confirms, corrects and leaves open."""

import hashlib
import json
import re

import pytest

from study.errors import UserError
from study.exhibits import findings, snapshots, warm
from study.exhibits.changed import conclusion, wording
from study.exhibits.results import Results
from tests.exhibits.conftest import contrast, documents, write
from tests.exhibits.test_pages import HOSTILE, Tags

ONE = {"name": "event-over-flat-next", "left": "sum-next-moment", "right": "flat-next", "question": "representation"}
ONE |= {"left_variant": "sum-next-moment", "right_variant": "flat-next"}
TREES = {"name": "trees-over-counting", "question": "trees", "left": "best:aggregates", "right": "best:counting"}
TREES |= {"left_variant": "lightgbm-lambdarank", "right_variant": "tifu-knn"}


def text(html) -> str:
    return re.sub(r"<[^>]+>", "", getattr(html, "text", html))


def digest(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sign(folder, arm="main") -> None:
    """Lets the manifest of an arm vouch for the files that lie there."""
    path = folder / arm / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    files = {p.name: digest(p) for p in (folder / arm).iterdir() if p != path}
    path.write_text(json.dumps(told | {"snapshot": folder.name, "files": files}), encoding="utf-8")


@pytest.fixture
def compared(made):
    """Results here, and on a snapshot called `old`, each with documents of the main arm that a test changes."""

    def make(here=lambda _: None, there=lambda _: None, **asked) -> Results:
        results = made(here)
        params, old = results.params, results.root.parent / "old"
        written = documents(params)
        there(written)
        write(old, written, params, "main")
        sign(old)
        params = params.model_copy(update={"compare_with": ["old"]} | asked)
        return Results(results.root, params)

    return make


def contrasts(*shown):
    """Replaces the verdict and effect of contrasts among all that are declared."""

    def change(written):
        for name, verdict, effect in shown:
            found = next(c for c in written["contrasts.json"] if c["name"] == name)
            found |= {"verdict": verdict, "effect": effect, "low": effect - 0.004, "high": effect + 0.004}

    return change


def only(*shown):
    return lambda written: written.update({"contrasts.json": list(shown)})


HEADLINE = "trees-over-counting", "sequence-over-counting", "sequence-over-trees", "hybrid-over-counting"


def test_findings_say_what_is_confirmed_corrected_and_open(compared):
    there = contrasts(
        *zip(HEADLINE, ["better", "worse", "equivalent", "undetermined"], [0.02, -0.02, 0.001, 0.004], strict=True)
    )
    here = contrasts(
        *zip(HEADLINE, ["better", "better", "equivalent", "better"], [0.03, 0.02, -0.001, 0.02], strict=True)
    )
    shown = text(findings.repeated(compared(here, there)))

    assert "On the snapshot old, of 6 headline contrasts, those about the best of a family, " in shown
    assert "2 are confirmed: trees-over-counting and sequence-over-trees, " in shown
    assert "1 is corrected: sequence-over-counting (worse there, better here), " in shown
    assert "1 is undetermined in one: hybrid-over-counting (undetermined there, better here) and " in shown
    assert "2 are undetermined in both: sequence-over-decay and average-over-counting." in shown


@pytest.mark.parametrize(
    ("there", "here", "sign", "together"),
    [
        (("better", 0.02), ("better", 0.01), "kept", "confirmed"),
        (("better", 0.02), ("worse", -0.01), "turned", "corrected"),
        (("better", 0.02), ("equivalent", 0.001), "kept", "corrected"),
        (("equivalent", 0.001), ("worse", -0.005), "turned", "corrected"),
        (("better", 0.0049), ("equivalent", 0.001), "kept", "compatible"),
        (("better", 0.004), ("worse", -0.004), "turned", "corrected"),
        (("equivalent", -0.001), ("equivalent", 0.001), "turned", "confirmed"),
        (("undetermined", 0.004), ("better", 0.01), "kept", "undetermined in one"),
        (("undetermined", 0.004), ("undetermined", 0.0), "none", "undetermined in both"),
    ],
)
def test_a_contrast_is_told_with_sign_and_verdict_on_both(compared, there, here, sign, together):
    results = compared(only(contrast(*here, **ONE)), only(contrast(*there, **ONE)))
    shown = snapshots.contrasts(results).text
    (line,) = re.findall(r"<tr>(<td.*?)</tr>", shown)

    assert ["event-over-flat-next", there[0], here[0], sign, together] == [
        text(cell) for i, cell in enumerate(re.findall(r"<td.*?</td>", line)) if i in {0, 2, 4, 5, 6}
    ]
    assert f"1 {together}" in text(shown)


def test_the_best_of_a_family_may_be_another_variant(compared):
    there = only(contrast("better", 0.02, **TREES | {"left_variant": "lightgbm-binary"}))
    shown = text(snapshots.contrasts(compared(only(contrast("better", 0.02, **TREES)), there)))

    assert "lightgbm-binary over tifu-knn, then lightgbm-lambdarank over tifu-knn" in shown


def test_a_contrast_that_was_declared_otherwise_is_not_compared(compared):
    there = only(contrast("better", 0.02, **ONE | {"right": "flat-horizon"}))
    results = compared(only(contrast("better", 0.02, **ONE)), there)

    assert "No contrast of the arm main is declared alike on both" in text(snapshots.contrasts(results))
    assert "no headline contrast" in text(findings.repeated(results))


def test_without_another_snapshot_that_is_told_in_a_line(made):
    results = made()

    assert "There is no snapshot to compare complete-journey with" in text(snapshots.which(results))
    assert "" == findings.repeated(results).text
    assert "until it is repeated on another snapshot" in text(findings.caveats(results))
    assert "Every search began cold" in text(snapshots.warm_start(results))


def test_another_snapshot_that_was_not_run_is_no_failure(made):
    results = made()
    results = Results(results.root, results.params.model_copy(update={"compare_with": ["nowhere"]}))

    assert "No arm was run on both nowhere and complete-journey" in text(snapshots.which(results))
    assert "On the snapshot nowhere nothing is known yet." in text(findings.repeated(results))


def test_files_that_no_manifest_vouches_for_are_refused(compared):
    results = compared()
    path = results.root.parent / "old/main/contrasts.json"
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(UserError, match=r"contrasts\.json: it is not the file that .*manifest\.json vouches for"):
        findings.repeated(results)

    path.unlink()
    with pytest.raises(UserError, match=r"contrasts\.json: no such file, though"):
        findings.repeated(results)


def test_sentences_that_changed_stand_old_against_new(compared):
    here = contrasts(("event-over-flat-next", "better", 0.02), ("event-over-flat-horizon", "better", 0.01))
    there = contrasts(("event-over-flat-next", "worse", -0.02), ("event-over-flat-horizon", "worse", -0.01))
    shown = text(snapshots.sentences(compared(here, there)))

    assert "1 of 4 answers changed in more than numbers." in shown
    assert "Which representation?On old: in favour of flattened tokens over one position per event" in shown
    assert "On complete-journey: in favour of one position per event over flattened tokens" in shown
    assert "Not answered on one of the snapshots: Is it the data? " in shown


def test_other_numbers_are_no_other_sentence(compared):
    there = contrasts(("event-over-flat-next", "undetermined", 0.003))

    assert "0 of 4 answers changed" in text(snapshots.sentences(compared(there=there)))


def test_a_snapshot_with_another_roster_is_said_to_be_one(compared):
    def shorter(written):
        written["leaderboard.json"] = written["leaderboard.json"][:-1]

    assert "old was run with other parameters" in text(snapshots.sentences(compared(there=shorter)))


def test_what_is_measured_is_alike_and_what_is_counted_is_not():
    evidence = '; besides, <span class="evidence"><code>a</code> over b +0.0012</span>'

    assert wording(f"with 302 candidates, 0.3812 [0.1, 0.2]{evidence}") == wording(
        "with 1,002 candidates, 0.4 [0.3, 0.9]"
    )
    assert wording("so, 3 of its 4 sides still learning") == wording("so, 4 of its 4 sides still learning")
    assert wording("divided (3 equivalent)") != wording("divided (2 equivalent)")
    assert "for <code>x</code>; y" == conclusion('for <code>x</code>: <span class="evidence">z; w</span>; y')


def comparison(results, **changes) -> None:
    """What the stage `snapshots` would have written."""
    row = {"attribute": "price", "kind": "numeric", "missing_there": 0.25, "missing_here": 0.5}
    calm = row | {"distance": 0.01, "new": None, "gone": None, "is_listed": False}
    moved = calm | {"attribute": "brand", "kind": "categorical", "distance": 0.321, "new": 0.125, "gone": 0.0}
    ranks = {"variants": ["a", "b", "c"], "estimate": 0.9, "low": 0.8, "high": 1.0}
    told = {"other": "old", "level": 0.95, "ranks": ranks, "drift": [calm, moved]} | changes
    folder = results.root / "snapshots/old"
    folder.mkdir(parents=True, exist_ok=True)
    sides = {"old": results.root.parent / "old", "complete-journey": results.root}
    made_of = {name: digest(root / "main/manifest.json") for name, root in sides.items()}
    (folder / "comparison.json").write_text(json.dumps(told), encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"made_of": made_of}), encoding="utf-8")


def test_drift_and_tau_are_told(compared):
    results = compared()
    comparison(results)
    drift, ranks = snapshots.drift(results), text(snapshots.ranks(results))

    assert "From old to complete-journey most of all brand (0.321) and price (0.010) moved." in text(drift)
    assert "Of brand the cards list the most frequent values alone." in text(drift)
    assert ["brand", "categorical", "0.321", "25 %", "50 %", "12.5 %", "0 %"] in [
        [text(cell) for cell in re.findall(r"<td.*?</td>", row)] for row in re.findall(r"<tr>(<td.*?)</tr>", drift.text)
    ]
    assert "orders of 3 variants by test recall@10 is 0.9000 [0.8000, 1.0000] (95 % interval" in ranks
    assert "1 is the same order, 0 is chance. popularity is best on select on both." in ranks


def test_what_did_not_move_is_not_called_moved(compared):
    results = compared()
    still = {
        "attribute": "event_type",
        "kind": "categorical",
        "missing_there": 0,
        "missing_here": 0,
        "distance": 0.0004,
    }
    still |= {"new": 0.0, "gone": 0.0, "is_listed": True}
    comparison(results, drift=[still])
    assert "From old to complete-journey no attribute moved." in text(snapshots.drift(results))

    comparison(results, drift=[still, still | {"attribute": "price", "distance": 0.25}])
    assert "most of all price (0.250) moved." in text(snapshots.drift(results))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (
            "2017-01-01",
            "2017-03-01",
            "The card of complete-journey contains the days of that of old, from 2017-01-01 to ",
        ),
        (
            "2016-01-01",
            "2017-03-01",
            "Both cards contain the days from 2017-01-01 to 2017-03-01: events that both hold",
        ),
        (
            "2016-01-01",
            "2019-01-01",
            "The card of old contains the days of that of complete-journey, from 2017-01-01 to",
        ),
        (
            "2017-01-01",
            "2018-01-01",
            "Both cards contain the days from 2017-01-01 to 2018-01-01: events that both hold",
        ),
        ("2015-01-01", "2016-01-01", None),
    ],
)
def test_days_that_both_cards_hold_dilute_drift(compared, first, last, expected):
    def spanning(*ends):
        return lambda written: written["data.json"].update(zip(("first", "last"), ends, strict=True))

    results = compared(spanning("2017-01-01", "2018-01-01"), spanning(first, last))
    comparison(results)
    shown = text(snapshots.drift(results))

    assert (expected in shown) if expected else ("dilute" not in shown)


def test_a_comparison_of_other_results_is_not_shown(compared):
    results = compared()
    comparison(results)
    path = results.root / "main/manifest.json"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    assert "dvc repro snapshots@old does" in text(snapshots.drift(results))
    assert "0.9000" not in text(snapshots.ranks(results))


def test_another_winner_and_other_budgets_are_told(compared):
    def there(written):
        board = written["leaderboard.json"]
        board[0], board[1] = board[1], board[0]
        written["manifest.json"]["budget"] = "quick"

    results = compared(there=there)

    assert "Best on select is recent-popularity on old and popularity on complete-journey." in text(
        snapshots.ranks(results)
    )
    assert "The budgets differ for main" in text(snapshots.which(results))


def test_names_from_data_stay_text(compared):
    results = compared()
    row = {"attribute": HOSTILE, "kind": HOSTILE, "distance": 0.1, "missing_there": 0.0, "missing_here": 0.0}
    comparison(results, drift=[row | {"new": 0.1, "gone": 0.1, "is_listed": False}])

    assert "img" not in [tag for tag, _ in Tags(snapshots.drift(results).text).found]


def warmed(chosen: int, values: list[float | None]):
    """A search whose second trial was the warm one."""

    def change(written):
        for search in written["tuning.json"].values():
            search["space"] = {}
        search = written["tuning.json"]["personal-decay"]
        search |= {"chosen": chosen, "warm": 1, "trials": search["trials"][: len(values)]}
        for trial, value in zip(search["trials"], values, strict=True):
            trial |= {"select": value, "state": "pruned" if value is None else "complete"}

    return change


@pytest.mark.parametrize(
    ("chosen", "values", "expected"),
    [
        (1, [0.2, 0.5, 0.3, None, 0.4, 0.4], (True, 0.5, 0.4, 4, 3)),
        (4, [0.2, 0.3, 0.3, None, 0.4, 0.4], (False, 0.3, 0.4, 4, None)),
        (0, [0.4, 0.4, 0.3], (False, 0.4, 0.4, 0, 0)),
        (2, [0.2, None, 0.3], (False, None, 0.3, 2, None)),
        (1, [None, 0.3, None], (True, 0.3, None, None, None)),
    ],
    ids=["three trials earlier", "not as good", "the defaults were as good", "the warm one was pruned", "alone"],
)
def test_what_a_warm_start_saved(compared, chosen, values, expected):
    (found,) = warm.savings(compared(warmed(chosen, values), warm_start="old"))

    assert expected == (found.was_chosen, found.warm, found.rest, found.at, found.trials)


def test_the_saving_is_told_in_words(compared):
    results = compared(warmed(1, [0.2, 0.5, 0.3, None, 0.4, 0.4]), warm_start="old")
    shown = text(snapshots.warm_start(results))

    assert "1 search began with the settings that the search of old had chosen" in shown
    assert (
        "that trial was chosen in 1. It was as good as the best of the others in 1, and came 3 trials earlier in all, "
        "3.0 a search of these. In 0 of 1 it was no gain." in shown
    )
    worse = text(snapshots.warm_start(compared(warmed(4, [0.2, 0.3, 0.3, None, 0.4, 0.4]), warm_start="old")))
    assert "in 0, and came 0 trials earlier in all. In 1 of 1 it was no gain." in worse
    assert "No search began warm, though warm_start names old" in text(snapshots.warm_start(compared(warm_start="old")))
