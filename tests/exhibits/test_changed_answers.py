"""Which sentences of Findings are others on another snapshot."""

from html import unescape

from study.exhibits import snapshots
from study.exhibits.answer import clauses
from study.exhibits.changed_answers import conclusion, wording
from study.exhibits.scoring_log import TOO_MANY
from tests.exhibits.pairing import contrasts, text


def test_sentences_that_changed_stand_old_against_new(compared):
    as_long = ("long-over-short", "equivalent", 0.001)
    asked = ("event-over-next-token", "event-over-flat-moment", "event-over-flat-horizon")
    here = contrasts(as_long, *((name, "better", 0.01) for name in asked))
    there = contrasts(as_long, *((name, "worse", -0.01) for name in asked))
    shown = text(snapshots.sentences(compared(here, there)))

    assert "1 of 4 answers changed in more than numbers." in shown
    assert "Which representation?On old: in favour of flattened tokens over one position per event (sum)" in shown
    assert "On complete-journey: in favour of one position per event (sum) over flattened tokens" in shown
    assert "on one of the snapshots, and so not compared in words: Is it the data? " in shown


def test_other_numbers_are_no_other_sentence(compared):
    there = contrasts(("event-over-next-token", "undetermined", 0.003))

    assert "0 of 4 answers changed" in text(snapshots.sentences(compared(there=there)))


def test_what_one_snapshot_alone_has_is_left_out_of_both_and_named(compared):
    """Whatever the rosters were: what both have is compared."""

    def older(written):
        rows, shown = written["leaderboard.json"], written["contrasts.json"]
        (late,) = (row for row in rows if row["variant"] == "average-of-learners")
        late["variant"] = "average-of-families"
        written["contrasts.json"] = [one for one in shown if "average-of-learners" not in one.values()][1:]

    told = text(snapshots.sentences(compared(there=older)))
    assert "0 of 4 answers changed in more than numbers." in told
    assert "what only one of them has, so that an answer may be another than that of Findings: average-of-f" in told
    assert "average-of-families and average-of-learners and " in told
    assert " and 3 contrasts (decay-over-frequency, learners-averaged, learners-over-counting)." in told


def test_results_of_another_snapshot_that_are_broken_are_said_to_be(compared):
    def broken(written):
        written["power.json"] = {}

    told = text(snapshots.sentences(compared(there=broken)))
    assert "not compared in words, since those of old cannot be composed with today's parameters (" in unescape(told)
    assert "dvc repro" not in told  # no stage remakes the results of another snapshot


def test_what_is_measured_is_alike_and_what_is_counted_is_not():
    evidence = '; besides, <span class="evidence"><code>a</code> over b +0.0012</span>'

    assert wording(f"with 302 candidates, 0.3812 [0.1, 0.2]{evidence}") == wording(
        "with 1,002 candidates, 0.4 [0.3, 0.9]"
    )
    few, most = (
        f"so ({told}): x" for told in ("of the 4 models compared, 3 are unfinished", "both models compared are")
    )
    assert wording(few) == wording(most) != wording("so: x")
    assert wording(f"on the machine of this run{TOO_MANY}; x") == wording("on the machine of this run; x")
    assert wording("yes: x (own; declared after test was seen) beats y, declared after test was seen") == wording(
        "yes: x beats y"
    )
    assert wording("refits in 119 s (531 positives)") == wording("refits in 2.0 min (1,204 positives)")
    assert wording("from 302 to 3,021 candidates, some 51 events") == wording("from 90 to 7 candidates, some 60 events")
    assert wording("divided (3 equivalent)") != wording("divided (2 equivalent)")
    assert "for <code>x</code>; y" == conclusion('for <code>x</code>: <span class="evidence">z; w</span>; y')


def test_of_an_answer_that_changed_only_the_clauses_that_did_are_shown(compared):
    alike = ("long-over-short", "equivalent", 0.001), ("attributes-over-candidates", "worse", -0.02)
    asked = ("event-over-next-token", "event-over-flat-moment", "event-over-flat-horizon")
    here, there = (
        contrasts(*alike, *((name, verdict, effect) for name in asked))
        for verdict, effect in (("better", 0.01), ("worse", -0.01))
    )
    shown = text(snapshots.sentences(compared(here, there)))

    assert "1 of 4 answers changed in more than numbers. What both say in the same words is left out." in shown
    assert "On old: in favour of flattened tokens" in shown and "On complete-journey: in favour of one" in shown
    assert "its candidate alone" not in shown


def test_clauses_end_at_semicolons_outside_of_parentheses_and_of_entities():
    assert ["a (b; c)", "d &lt; e", "p &amp; q"] == clauses("a (b; c); d &lt; e; p &amp; q")
    assert ["a (b (c); d); e"] == ["; ".join(clauses("a (b (c); d); e"))]
    assert 2 == len(clauses("a (b (c); d); e"))


def test_what_is_composed_of_a_variant_that_one_run_lacks_is_left_out_with_it(compared):
    def without(written):
        base, made_of_it = "sum-horizon-repeat", {"hybrid-lambdarank", "average-of-seeds"}
        for row in written["leaderboard.json"]:
            row["variant"] = "gone" if row["variant"] == base else row["variant"]
        kept = [one for one in written["contrasts.json"] if base not in one.values()]
        written["contrasts.json"] = [
            one for one in kept if not made_of_it & {one["left_variant"], one["right_variant"]}
        ]

    told = text(snapshots.sentences(compared(there=without)))

    assert "average-of-seeds" in told and "hybrid-lambdarank" in told.partition("what only one of them has")[2]
    assert "answers changed in more than numbers" in told
