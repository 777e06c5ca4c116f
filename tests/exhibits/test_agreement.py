"""What another snapshot confirms, corrects and leaves open."""

import re
from types import SimpleNamespace

import pytest

from study.exhibits import agreement, anew, caveats, findings, snapshots
from study.exhibits.results import Results
from study.exhibits.snapshot_pairs import Pair, pairs
from tests.exhibits.conftest import contrast
from tests.exhibits.pairing import ONE, TREES, contrasts, only, text

LATE = {"after_test": {"complete-journey": ["learners-over-counting"]}}
HEADLINE = "trees-over-counting", "sequence-over-counting", "sequence-over-trees", "hybrid-over-counting"


def test_findings_say_what_is_confirmed_corrected_and_open(compared):
    there = contrasts(
        *zip(HEADLINE, ["better", "worse", "equivalent", "undetermined"], [0.02, -0.02, 0.001, 0.004], strict=True)
    )
    here = contrasts(
        *zip(HEADLINE, ["better", "better", "equivalent", "better"], [0.03, 0.02, -0.001, 0.02], strict=True)
    )
    shown = text(findings.repeated(compared(here, there, **LATE)))

    assert "On the snapshot old, of 8 headline contrasts, those about the best of a family, " in shown
    assert "2 are confirmed: trees-over-counting and sequence-over-trees; " in shown
    assert "1 is corrected: sequence-over-counting (worse there, better here); " in shown
    assert "1 is undetermined on one of the two runs: hybrid-over-counting (undetermined there, better here); " in shown
    assert (
        "4 are undetermined on both: sequence-over-decay, learners-over-counting (declared after test was seen), "
        "sequence-over-counts and learned-counts-over-counting." in shown
    )
    rest = r"Of the other contrasts that both have, \d+, none is corrected; \d+ are undetermined on both\."
    assert re.search(rest, shown)
    assert "Whether the effects themselves changed was not computed" in shown
    assert "there." not in shown


def test_findings_name_what_is_corrected_beside_the_headline_contrasts(compared):
    names = "event-over-next-token", "event-over-flat-horizon", "gru-over-causal"
    there = contrasts(*zip(names, ["worse", "better", "undetermined"], [-0.02, 0.02, 0.001], strict=True))
    here = contrasts(*zip(names, ["better", "better", "worse"], [0.02, 0.01, -0.02], strict=True))
    shown = text(findings.repeated(compared(here, there)))

    assert ", 1 is corrected: event-over-next-token (worse there, better here); " in shown
    assert "; 1 is confirmed, 1 is undetermined on one of the two runs and " in shown


def test_a_headline_contrast_without_a_counterpart_is_named_with_why(compared):
    def lacks(written):
        written["contrasts.json"] = [c for c in written["contrasts.json"] if c["name"] != "learners-over-counting"]
        next(c for c in written["contrasts.json"] if c["name"] == HEADLINE[0])["right"] = "personal-decay"

    shown = text(findings.repeated(compared(there=lacks, **LATE)))
    assert "of 6 headline contrasts" in shown
    assert " learners-over-counting (declared after test was seen) was not run there. " in shown
    assert " trees-over-counting was declared otherwise there. " in shown


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"last": "2020-01-31T12:00:00+00:00"},
            "old is an earlier cut of the same log, so agreement is weak evidence.",
        ),
        ({"last": "2020-03-31T12:00:00+00:00"}, "old is a later cut of the same log, so agreement is weak evidence."),
        (
            {"last": "2020-01-31T12:00:00+00:00", "source": "january.parquet"},
            "to 2020-01-31: where these are the same events, agreement is weak evidence.",
        ),
        ({}, "where these are the same events, agreement is weak evidence."),
        ({"last": "2019-01-31T12:00:00+00:00", "first": "2018-01-01T12:00:00+00:00", "source": "2018.parquet"}, None),
    ],
)
def test_that_the_other_snapshot_holds_events_of_the_same_days_is_told(compared, changes, expected):
    shown = text(findings.repeated(compared(there=lambda written: written["data.json"].update(changes))))

    assert expected in shown if expected else "weak evidence" not in shown


def test_a_run_on_the_same_events_is_told_as_such_with_how_far_effects_moved(compared):
    def again(written):
        written["manifest.json"]["seed"] = 7
        written["data.json"]["events"] -= 1
        contrasts(("event-over-next-token", "better", 0.02))(written)

    results = compared(contrasts(("event-over-next-token", "better", 0.0137)), again)
    shown = text(findings.repeated(results))
    assert "On the same log, run anew as old, of 8 headline contrasts" in shown
    seeds = f"The events are the same, the seeds were 7 there and {results.manifest.seed} here"
    assert f"{seeds}: what moved is the luck of the searches, " in shown
    assert "which is drawn; or what is another of the code or of the machine." in shown
    moved = " An effect moved by 0.0000 in the median, and at most by 0.0063 (event-over-next-token)."
    assert moved in shown and moved in text(agreement.headline(results))
    assert "weak evidence" not in shown
    told = text(caveats.caveats(results))
    assert "How far the searches of old moved the effects stands above." in told
    assert "had another search each" not in told
    assert "until it is repeated on another snapshot" in told


def test_a_run_that_holds_other_candidates_back_is_one_of_the_same_events(compared, monkeypatch):
    results = compared(contrasts(("event-over-next-token", "better", 0.0137)))
    card, question = results.data, results.question

    def pair(held_back, **changes):
        here = SimpleNamespace(data=card, question=question.model_copy(update={"held_back": held_back}))
        return Pair(here, SimpleNamespace(data=card.model_copy(update={"snapshot": "old", **changes})))

    assert pair(0.2, young=7).is_one_log and pair(0.2, young=7).has_another_draw
    assert pair(0.2).is_one_log and not pair(0.2).has_another_draw
    assert not pair(0.2, young=7, events=1).is_one_log and not pair(0.2, young=7, events=1).has_another_draw
    assert not pair(0.0, young=7).is_one_log

    monkeypatch.setattr(Pair, "is_one_log", property(lambda _: True))
    monkeypatch.setattr(Pair, "has_another_draw", property(lambda _: True))
    since = anew.changed_since(results)
    asked = next(one for one in results.contrasts if one.name == "event-over-next-token")
    told = " (run anew as old, with other candidates held back, +0.0020, undetermined)"
    assert text(since(asked)) == told
    (found,) = pairs(results, "old")
    assert "Arm main, with other candidates held back on each: of " in text(agreement.contrast_table(found))


def test_other_arms_that_were_searched_twice_are_named(compared, monkeypatch):
    results = compared()
    arms = {"catalogue": True, "young": False, "who": True}
    runs = [SimpleNamespace(here=SimpleNamespace(arm=arm), is_one_log=same) for arm, same in arms.items()]
    monkeypatch.setattr(caveats, "pairs", lambda *_: runs)

    assert "Variants of catalogue and who had another search each, too (Snapshots)." in text(caveats.caveats(results))


def test_of_the_same_seed_what_moved_is_no_luck(compared):
    def shorter(written):
        written["data.json"]["events"] -= 1
        written["manifest.json"]["budget"] = "quick"

    results = compared(there=shorter)

    told = "The events are the same, and the seed: what moved is what is another of the code, of the budget or of the "
    assert told in text(findings.repeated(results))


def test_what_another_log_says_is_no_other_search(compared):
    results = compared()

    assert "The events " not in text(findings.repeated(results))
    told = text(caveats.caveats(results))
    assert "How far the searches" not in told
    assert "; what old says of it stands above" in told


ASKED = {"kind": "what", "key_action": {"event_type": ["purchase"]}, "candidate": ["category"], "horizon_days": 7}


@pytest.mark.parametrize(
    ("there", "differs"),
    [
        ({"horizon_days": 14}, "horizon_days"),
        ({"candidate": ["product_type"], "key_action": {"event_type": ["view"]}}, "key_action and candidate"),
        ({}, None),
    ],
)
def test_what_was_asked_otherwise_under_the_same_name_is_not_compared(compared, there, differs):
    def asking(question):
        return lambda written: written["data.json"].update({"question": question})

    results = compared(asking(ASKED), asking(ASKED | there))
    found, page = text(findings.repeated(results)), text(snapshots.which(results))
    told = f"On the snapshot old the arm main asked another question ({differs})"

    assert (told in found) == (f"On old the arm main asked another question, by {differs}:" in page) == bool(differs)
    assert ("contrasts that both have" in found) == ("on old, revision" in page) == (not differs)


def test_a_card_that_does_not_tell_its_question_is_compared(compared):
    results = compared(lambda written: written["data.json"].update({"question": ASKED}))

    assert "headline contrasts" in text(findings.repeated(results))


@pytest.mark.parametrize(
    ("there", "here", "sign", "together"),
    [
        (("better", 0.02), ("better", 0.01), "kept", "confirmed"),
        (("better", 0.02), ("worse", -0.01), "turned", "corrected"),
        (("better", 0.02), ("equivalent", 0.001), "kept", "corrected"),
        (("equivalent", 0.001), ("worse", -0.02), "turned", "corrected"),
        (("equivalent", 0.001), ("worse", -0.005), "turned", "compatible"),
        (("better", 0.0049), ("equivalent", 0.001), "kept", "compatible"),
        (("better", 0.004), ("worse", -0.004), "turned", "corrected"),
        (("equivalent", -0.001), ("equivalent", 0.001), "turned", "confirmed"),
        (("undetermined", 0.004), ("better", 0.01), "kept", "undetermined on one"),
        (("undetermined", 0.004), ("undetermined", 0.0), "none", "undetermined on both"),
    ],
)
def test_a_contrast_is_told_with_sign_and_verdict_on_both(compared, there, here, sign, together):
    results = compared(only(contrast(*here, **ONE)), only(contrast(*there, **ONE)))
    shown = snapshots.contrasts(results).text
    (line,) = re.findall(r"<tr>(<td.*?)</tr>", shown)

    assert ["event-over-next-token", together, there[0], here[0], sign] == [
        text(cell) for i, cell in enumerate(re.findall(r"<td.*?</td>", line)) if i in {0, 1, 3, 5, 6}
    ]
    assert f"1 {together}" in text(shown)


def test_a_contrast_that_was_no_plan_on_the_other_snapshot_alone_is_marked_there(compared):
    found = only(contrast("better", 0.01, **TREES)), only(contrast("better", 0.02, **TREES))
    late = [TREES["name"]]
    here, there, planned = (
        compared(*found, after_test=marked) for marked in ({"complete-journey": late}, {"old": late}, {})
    )

    assert "trees-over-counting (declared after test was seen)." in text(findings.repeated(here))
    assert "trees-over-counting (declared after test was seen there)." in text(findings.repeated(there))
    assert "better\N{DAGGER}" in text(snapshots.contrasts(there))
    assert "\N{DAGGER}: declared after test was seen" in text(snapshots.contrasts(there))
    assert "declared after" not in text(findings.repeated(planned)) + text(snapshots.contrasts(planned))


def test_the_best_of_a_family_may_be_another_variant(compared):
    there = only(contrast("better", 0.02, **TREES | {"left_variant": "lightgbm-binary"}))
    shown = text(snapshots.contrasts(compared(only(contrast("better", 0.02, **TREES)), there)))

    assert "lightgbm-binary over tifu-knn, then lightgbm-lambdarank over tifu-knn" in shown


def test_a_contrast_that_was_declared_otherwise_is_not_compared(compared):
    there = only(contrast("better", 0.02, **ONE | {"right": "flat-horizon"}))
    results = compared(only(contrast("better", 0.02, **ONE)), there)

    assert "No contrast of the arm main is declared alike on both" in text(snapshots.contrasts(results))
    assert "no headline contrast" in text(findings.repeated(results))


@pytest.mark.parametrize("where", ["old", "complete-journey"])
def test_that_a_verdict_of_either_snapshot_is_open_by_t_is_told_of_that_one(compared, monkeypatch, where):
    here, there = (only(contrast("better", effect, **TREES)) for effect in (0.01, 0.02))
    results = compared(here, there)
    by = {TREES["name"]: SimpleNamespace(verdict="undetermined", seed_share=0.9, p_difference=0.1, p_equivalence=1.0)}
    monkeypatch.setattr(Results, "by_student", property(lambda self: by if self.params.snapshot.name == where else {}))

    (line,) = re.findall(r"<tr>(<td.*?)</tr>", snapshots.contrasts(results).text)
    cells = [text(cell) for cell in re.findall(r"<td.*?</td>", line)]
    expected = {
        "old": ["better, but undetermined by t", "better"],
        "complete-journey": ["better", "better, but undetermined by t"],
    }
    assert expected[where] == [cells[3], cells[5]]
    place = "there" if where == "old" else "here"
    assert f"{TREES['name']} (better {place}, but undetermined by t)" in text(findings.repeated(results))


@pytest.mark.parametrize(
    ("names", "counted"),
    [
        (["gru-horizon"], "1 further contrast of here was"),
        (["gru-horizon", "tuple-horizon"], "2 further contrasts of here were"),
    ],
)
def test_contrasts_of_here_alone_are_counted(compared, names, counted):
    def older(written):
        rows = written["contrasts.json"]
        written["contrasts.json"] = [one for one in rows if one["left_variant"] not in names]

    assert f"{counted} not run there." in text(agreement.headline(compared(there=older)))
    assert "further contrast" not in text(agreement.headline(compared()))
