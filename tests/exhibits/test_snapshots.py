"""The page Snapshots: what may be compared, drift, ranks, and what a warm start saved."""

import json
import re

import pytest

from study.errors import UserError
from study.exhibits import caveats, findings, snapshots, warm
from study.exhibits.results import Results
from tests.exhibits.pairing import digest, text
from tests.exhibits.test_pages import HOSTILE, Tags


def test_without_another_snapshot_that_is_told_in_a_line(made):
    results = made()

    assert "There is no snapshot to compare complete-journey with" in text(snapshots.which(results))
    assert "" == findings.repeated(results).text
    assert "until it is repeated on another snapshot" in text(caveats.caveats(results))
    assert "Every search began cold" in text(warm.saved(results))


def test_another_snapshot_that_was_not_run_is_no_failure(made):
    results = made()
    results = Results(results.root, results.params.model_copy(update={"compare_with": ["nowhere"]}))

    told = "No arm was run on both nowhere and complete-journey with the same question"
    assert told in text(snapshots.which(results))
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


def test_an_arm_whose_question_had_another_name_there_counts_as_not_run(compared):
    results = compared()
    assert "what old says of it stands above" in text(caveats.caveats(results))
    (results.root.parent / "old/data/categories.json").rename(results.root.parent / "old/data/before.json")

    assert "No arm was run on both old and complete-journey" in text(snapshots.which(results))
    assert "until it is repeated on another snapshot" in text(caveats.caveats(results))


def test_that_the_defaults_were_found_on_weeks_that_the_other_snapshot_tests_is_told(compared):
    def earlier(written):
        for window in written["data.json"]["windows"]:
            window["day"] = window["day"].replace("2020-02", "2020-01")
        next(iter(written["tuning.json"].values()))["chosen"] = 0

    told = "is tested from 2020-01-17 on, and the roster, the contrasts and the defaults of the arm main were settled"
    shown = text(snapshots.which(compared(there=earlier)))

    assert f"old {told} on weeks of complete-journey up to 2020-02-17." in shown
    assert re.search(r": 1 of \d+ searches there chose the defaults\.", shown)
    assert "were settled on" not in text(snapshots.which(compared()))
    mine = {"source": "mine.parquet"}
    assert "were settled on" not in text(
        snapshots.which(compared(there=lambda written: (earlier(written), written["data.json"].update(mine))))
    )


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

    assert "What moved most from old to complete-journey: brand (0.321) and price (0.010)." in text(drift)
    assert "Of brand the cards list the most frequent values alone: the others count as one value" in text(drift)
    assert ["brand", "categorical", "0.321", "25 %", "50 %", "12.5 %", "0 %"] in [
        [text(cell) for cell in re.findall(r"<td.*?</td>", row)] for row in re.findall(r"<tr>(<td.*?)</tr>", drift.text)
    ]
    assert "orders of 3 variants by test recall@10 is 0.9000: 1 is the same order, 0 is chance." in ranks
    redrawn = "with users drawn together and seeds apart, would agree to 0.8000 to 1.0000 in 95 % of the draws, "
    assert redrawn in ranks
    assert "so no difference of the two orders beyond noise is shown. popularity is best of these on select" in ranks
    assert "How often a value is missing changed for price and brand, which no distance tells." in text(drift)


def test_runs_on_the_same_events_have_no_drift_to_tell(compared):
    results = compared(there=lambda written: written["data.json"].update(events=5))
    comparison(results)

    told = "old and complete-journey are runs on the same events: nothing drifted."
    assert told == text(snapshots.drift(results)).strip()


@pytest.mark.parametrize(
    ("ranks", "expected"),
    [
        (
            {"estimate": 0.7, "low": 0.8, "high": 1.0},
            "so the two orders agree less than the noise of users and seeds explains; the luck",
        ),
        ({"estimate": None}, "On one of them all common variants have one value, so there is no order to compare."),
        ({"estimate": None, "variants": ["a"]}, "Too few variants are common to compare their order."),
    ],
)
def test_what_the_orders_say_turns_with_the_tau(compared, ranks, expected):
    results = compared()
    comparison(results, ranks={"variants": ["a", "b", "c"]} | ranks)

    assert expected in text(snapshots.ranks(results))


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
    told = text(snapshots.drift(results))
    assert "From old to complete-journey no known value of an attribute moved. Both cards" in told

    comparison(results, drift=[still | {"missing_here": 0.9}, still | {"attribute": "price", "distance": None}])
    told = text(snapshots.drift(results))
    assert "no known value of an attribute moved. The distance of price is not known. How often a value is" in told
    assert "is missing changed for event_type, which no distance tells." in told

    comparison(results, drift=[still, still | {"attribute": "price", "distance": 0.25}])
    assert "What moved most from old to complete-journey: price (0.250)." in text(snapshots.drift(results))


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
        ("2018-01-02", "2018-02-01", None),
    ],
)
def test_days_that_both_cards_hold_dilute_drift(compared, first, last, expected):
    results = compared(spanning("2017-01-01", "2018-01-01"), spanning(first, last))
    comparison(results)
    shown = text(snapshots.drift(results))

    assert (expected in shown) if expected else ("dilute" not in shown)


def test_days_of_the_studys_own_clock_are_no_days_that_both_hold(compared):
    results = compared(spanning("2017-01-01", "2018-01-01"), spanning("2017-01-01", "2018-01-01"))
    question = results.question.model_copy(update={"horizon_days": None, "horizon_minutes": 30})
    params = results.params.model_copy(update={"questions": results.params.questions | {"categories": question}})
    results = Results(results.root, params)
    comparison(results)

    assert "dilute" not in text(snapshots.drift(results))
    assert "weak evidence" not in text(findings.repeated(results))


def test_the_days_of_cards_are_those_of_the_snapshot_as_on_the_page_data(compared):
    """What happens at night in New York is of the next day in UTC."""
    results = compared(spanning("2017-01-01", "2018-01-01"), spanning("2017-01-01", "2017-03-01", "03:59:59"))
    comparison(results)

    assert "from 2017-01-01 to 2017-02-28" in text(snapshots.drift(results))


def spanning(first: str, last: str, time: str = "12:00:00"):
    """A change of results: the card's first event is at noon of a day, its last at a time of another, both of UTC."""
    ends = f"{first} 12:00:00+00:00", f"{last} {time}+00:00"
    return lambda written: written["data.json"].update(zip(("first", "last"), ends, strict=True))


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

    assert "Best of these on select is recent-popularity on old and popularity on complete-journey." in text(
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
    shown = text(warm.saved(results))

    assert "1 search began with the settings that the search of old had chosen" in shown
    assert (
        "that trial was chosen in 1. It was as good as the best of the others in 1, and came 3 trials earlier in all, "
        "3.0 a search of these. In 0 of 1 it was no gain." in shown
    )
    worse = text(warm.saved(compared(warmed(4, [0.2, 0.3, 0.3, None, 0.4, 0.4]), warm_start="old")))
    assert "in 0, and came 0 trials earlier in all. In 1 of 1 it was no gain." in worse
    alone = text(warm.saved(compared(warmed(4, [None, None, None, None, 0.4, None]), warm_start="old")))
    assert "In 0 of 0 it was no gain; in 1 it, or all of the others, had no value on select to compare." in alone
    assert "No search began warm, though warm_start names old" in text(warm.saved(compared(warm_start="old")))
