"""How far two runs on the same events lie apart, against what their seeds explain."""

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from study.exhibits import agreement, search_luck
from study.exhibits.search_luck import beyond_seeds
from study.exhibits.snapshot_pairs import pair_of
from study.metrics.few_seeds import ByStudent
from tests.exhibits.pairing import text


def test_the_ratio_by_hand():
    """Means of 2 and 5, variances of 2 and 8 over two seeds each: 9 / (1 + 4). A variant of one seed says nothing."""
    there, here = {"a": [1.0, 3.0], "rule": [0.0], "gone": [1.0, 2.0]}, {"a": [3.0, 7.0], "rule": [9.0]}

    assert (9 / 5, 1) == beyond_seeds(there, here)
    assert (None, 0) == beyond_seeds({"rule": [0.0]}, {"rule": [1.0]})
    assert (None, 1) == beyond_seeds({"a": [1.0, 1.0]}, {"a": [1.0, 1.0]})


def test_seeds_alone_give_one_and_a_search_gives_more():
    random, shifts = np.random.default_rng(0), np.random.default_rng(1).normal(size=2000)

    def run(luck):
        return {str(n): (random.normal(size=5) + luck * shift).tolist() for n, shift in enumerate(shifts)}

    assert pytest.approx(1, abs=0.1) == beyond_seeds(run(0), run(0))[0]
    # a variance of 1/5 + 1/5 by seeds, and one more of what one of the runs has drawn besides
    assert pytest.approx(1 + 1 / 0.4, abs=0.3) == beyond_seeds(run(0), run(1))[0]


def same_events(written, seed=7):
    written["data.json"]["events"] -= 1
    written["manifest.json"]["seed"] = seed


def test_two_runs_on_one_log_tell_it_and_two_logs_do_not(compared):
    again, other = (text(agreement.headline(compared(there=change))) for change in (same_events, lambda _: None))

    assert "variants with several seeds differ between the runs by 0.0 times the variance that their seeds" in again
    assert "so no more of a search shows in them" in again
    assert "variance that their seeds" not in other


def test_a_run_with_the_same_seed_has_drawn_nothing_anew(compared):
    def there(written):
        same_events(written, written["manifest.json"]["seed"])

    def here(written):
        written["tuning.json"]["sum-horizon"]["chosen"] = 0

    def both(written):
        here(written)
        there(written)

    shown = text(agreement.headline(compared(here, both)))
    assert "The events are the same" in shown
    assert "variance that their seeds" not in shown and "declared defaults" not in shown


@pytest.mark.parametrize(("chosen", "width"), [(0, 1), (3, 1), (0, 2)])
def test_what_kept_the_defaults_in_both_runs_is_counted(compared, chosen, width):
    def here(written):
        written["tuning.json"]["sum-horizon"]["chosen"] = 0
        written["tuning.json"]["gru-horizon"]["chosen"] = 0

    def there(written):
        same_events(written)
        written["tuning.json"]["sum-horizon"]["chosen"] = chosen
        written["tuning.json"]["sum-horizon"]["trials"][0]["settings"]["width"] = width  # of the defaults: 1

    shown = text(agreement.headline(compared(here, there)))

    is_kept = (chosen, width) == (0, 1)
    assert ("variants kept them in both and has the same settings there." in shown) == is_kept
    assert ("Every search begins with the declared defaults" in shown) == is_kept


def test_rules_that_are_the_same_in_both_runs_are_named_and_not_counted(compared):
    again, other = (text(agreement.headline(compared(there=change))) for change in (same_events, lambda _: None))
    same = "decay-over-frequency and neighbours-over-decay are the very same numbers, between rules that both searches"

    assert same in again
    assert "the very same number" not in other
    table = text(agreement.contrast_table(pair_of(compared(there=same_events), "old")))
    told = table.partition(" declared alike, ")[2].partition(";")[0]
    counted = [int(amount) for amount in re.findall(r"(\d+) ", told)]
    assert told.endswith(" and 2 the very same numbers")
    assert table.startswith(f"Arm main: of {sum(counted)} contrasts")


def test_a_rule_that_the_roster_has_no_more_stands_on_the_other_side(compared):
    def there(written):
        same_events(written)
        next(row for row in written["leaderboard.json"] if row["variant"] == "tifu-knn")["variant"] = "gone"
        for one in written["contrasts.json"]:
            for side in ("left_variant", "right_variant"):
                one[side] = "gone" if one[side] == "tifu-knn" else one[side]

    assert "of 8 headline contrasts" in text(agreement.headline(compared(there=there)))


def test_where_the_only_headlines_are_between_rules_it_is_said_so(compared):
    def rules(written):
        decay = next(one for one in written["contrasts.json"] if one["name"] == "neighbours-over-decay")
        written["contrasts.json"] = [decay | {"left": "best:counting"}]

    def there(written):
        same_events(written)
        rules(written)

    shown = text(agreement.headline(compared(rules, there)))
    assert "no headline contrast, one about the best of a family, could come out otherwise." in shown
    assert "neighbours-over-decay is the very same number, between rules that both searches" in shown


@pytest.mark.parametrize(("shift", "is_told"), [(0.05, True), (0.0, False)])
def test_verdicts_that_a_search_would_turn_are_named_where_runs_lie_further_apart_than_seeds(
    compared, shift, is_told, monkeypatch
):
    """By t both contrasts stand; were the seeds' part as large as the runs lie apart, one would not."""
    pair = pair_of(compared(there=same_events), "old")
    told, anew = ("better", "equivalent"), ("undetermined", "equivalent")
    settled = [one.model_copy(update={"verdict": v}) for one, v in zip(pair.here.contrasts[:2], told, strict=True)]
    by = {one.name: ByStudent(0.5, 0.01, 0.9, one.verdict, 0.0, 9.0) for one in settled}
    here = SimpleNamespace(
        contrasts=settled, by_student=by, queries=lambda _: None, margin=0.005, params=pair.here.params,
        manifest=pair.here.manifest, question=pair.here.question, data=pair.here.data,
    )  # fmt: skip
    monkeypatch.setattr(search_luck, "_by_seed", lambda side: {"a": [s + shift * (side is here) for s in (0.1, 0.11)]})
    asked = []

    def judge(*_, of_seeds, **__):
        asked.append(of_seeds)
        return [ByStudent(0.5, 0.5, 0.9, verdict, 0.0, 9.0) for verdict in anew]

    monkeypatch.setattr(search_luck, "judge_by_student", judge)
    found = text(SimpleNamespace(text=" ".join(search_luck.left_open(replace(pair, here=here)))))

    assert is_told == bool(found)
    assert is_told == (f"1 of 2 settled verdicts of {pair.names[1]} would not be passed: " in found)
    assert is_told == (asked != [] and min(asked) > 1)
