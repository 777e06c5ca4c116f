"""The sentences of Findings follow the results: other signs, other sentences."""

import re
from dataclasses import replace

import pytest

from study.errors import UserError
from study.exhibits import caveats, contrasts, evidence, findings, resolution
from study.exhibits.prose import verdict_sentence
from study.exhibits.world_records import Worlds
from tests.exhibits.asking import say
from tests.exhibits.test_worlds_page import checked


def text(html) -> str:
    return re.sub(r"<[^>]+>", "", getattr(html, "text", html))


AGAINST = "No: {} that was compared with the best counting rule, tifu-knn (recall@10 0.3800)"


@pytest.mark.parametrize(
    ("verdict", "effect", "expected"),
    [
        ("better", 0.0123, "Yes: sum-horizon-repeat beats the best counting rule, tifu-knn (recall@10 "),
        (
            "better",
            0.0061,
            "Yes, by an estimated 0.0061 (interval +0.0021 to +0.0101), though not shown to be by more than",
        ),
        ("better", 0.0009, "which is less than the margin of 0.005: sum-horizon-repeat beats the best counting rule"),
        ("worse", -0.0123, f"{AGAINST.format('all')} is worse; sum-horizon"),
        ("equivalent", 0.0012, f"{AGAINST.format('of all')}, nothing beats it by more"),
        (
            "undetermined",
            0.0061,
            "Not shown: the contrast of sum-horizon-repeat, which alone was compared with the best counting rule, tifu",
        ),
    ],
)
def test_the_answer_turns_with_the_verdict(against_counting, verdict, effect, expected):
    assert expected in text(findings.answer(against_counting(verdict, effect)))


@pytest.mark.parametrize(
    ("verdict", "effect", "expected"),
    [
        ("better", 0.0123, "better than tifu-knn (best counting variant on select) by 0.0123 (99 % interval +0.0083"),
        ("worse", -0.0123, "worse than tifu-knn (best counting variant on select) by 0.0123 (99 % interval −0.0163"),
        ("equivalent", -0.001, "are equivalent within ±0.005 (difference −0.0010, 99 % interval −0.0050 to +0.0030,"),
        ("undetermined", 0.006, "stays undetermined which is better (difference +0.0060, 99 % interval +0.0020 to"),
    ],
)  # fmt: skip
def test_a_verdict_is_told_with_effect_interval_and_p(against_counting, verdict, effect, expected):
    results = against_counting(verdict, effect)

    assert expected in text(verdict_sentence(results.contrasts[0], results.margin))


@pytest.mark.parametrize(("verdict", "effect"), [("better", -0.01), ("worse", 0.01), ("better", 0.0)])
def test_a_verdict_that_contradicts_its_effect_is_refused(against_counting, verdict, effect):
    results = against_counting(verdict, effect)

    with pytest.raises(UserError, match="sequence-over-counting is called"):
        findings.answer(results)


def test_a_transformer_that_loses_is_a_finding_and_tells_whether_it_was_trained_to_the_end(against_counting):
    def unfinished(written):
        next(r for r in written["leaderboard.json"] if r["variant"] == "sum-horizon-repeat")["unfinished"] = True

    def done(written):
        written["tuning.json"]["sum-horizon-repeat"]["last_round"] = 3

    lost = text(findings.against_counting(against_counting("worse", -0.02)))
    ended = text(findings.against_counting(against_counting("worse", -0.02, done)))
    cut_short = text(findings.against_counting(against_counting("worse", -0.02, unfinished)))
    won = text(findings.against_counting(against_counting("better", 0.02)))

    assert "loses to counting here: it was best on stop after round 1 of 2 (its curves" in lost
    assert "after round 1 of 3, so it had stopped improving within its budget (" in ended
    assert "its best round was the last that the budget allowed" in cut_short
    assert "finding" not in won


def test_the_cost_of_beating_counting_is_told(against_counting):
    def dear(written):
        written["cost/sum-horizon-repeat.json"] |= {"tune_seconds": 600, "refit_seconds": 90}

    expected = "Its search took 10.0 min and a refit 90 s, against 8.0 s and 2.0 s for the counting rule."
    assert expected in text(findings.against_counting(against_counting("better", 0.02, dear)))


def test_without_a_contrast_with_counting_there_is_no_answer(made):
    results = made(lambda written: written.update({"contrasts.json": []}))

    assert "these results cannot say" in text(findings.answer(results))


def test_every_family_of_contrasts_gets_one_sentence(made):
    results = made()
    shown = findings.contrast_sentences(results).text

    assert len({contrast.question for contrast in results.contrasts}) == shown.count("<li>")
    assert f"all {len(results.contrasts)} declared contrasts" in shown
    assert all(contrasts.subject(contrast.question) in shown for contrast in results.contrasts)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"detectable": 0.004}, "for a contrast that stands alone 0.0040): coarser than the margin of 0.005, so a"),
        ({"detectable": 0.002}, "for a contrast that stands alone 0.0020): finer than the margin of 0.005, so a"),
        ({"ceiling": 0.0}, "No relevant candidate lies outside the catalogue"),
        ({"ceiling": 0.02}, "outside the catalogue, which no ranking has, are on average 2 % of what is relevant"),
        ({"best": 0.4}, "above it is 0.5000; the best variant on select takes, by its estimate, 0.1000 of it, 20 %"),
        ({"best": 0.3}, "the headroom above it is 0.5000. Nobody knows"),
        ({"repeat_share": 0.84}, "84 % of what users act on in a test window they had acted on before: a grocery"),
        ({"repeat_share": 0.84}, "may reverse these findings: <em>Your own log</em> says how to ask another one."),
        ({"repeat_share": 0.5}, "50 % of what users act on in a test window they had acted on before: a grocery"),
        ({"repeat_share": 0.1}, "10 % of what users act on in a test window they had acted on before, so most"),
    ],
)  # fmt: skip
def test_what_the_log_can_show_follows_the_results(made, changes, expected):
    results = made(lambda written: written["power.json"].update(changes))

    assert any(expected in sentence for sentence in resolution.sentences(results))


def told_of_events(made, **types):
    def typed(written):
        written["power.json"].update(repeat_share=0.1)
        written["data.json"]["event_types"] = types

    results = made(typed)
    return "".join(resolution.sentences(results)), text(findings.answer(results)), text(caveats.caveats(results))


def test_where_a_log_has_events_besides_key_actions_the_rules_are_said_not_to_count_them(made):
    shown, answered, cautioned = told_of_events(made, purchase=10, view=90)

    assert "On 10 % of what users take the key action on in a test window they had taken it before" in shown
    assert "Whether other events of the user had named it is not counted in this share." in shown
    assert "ranks by counts of key actions alone, not of the other events of this log," in answered
    assert "Counts of key actions alone." in cautioned


def test_where_nearly_all_events_are_key_actions_nothing_is_said_of_others(made):
    shown, answered, cautioned = told_of_events(made, purchase=95, view=5)

    assert "10 % of what users act on in a test window they had acted on before, so most" in shown
    assert "ranks by counts of key actions, and learns no weights" in answered
    assert "Counts of key actions alone." not in cautioned


def test_what_shows_among_many_contrasts_is_what_the_first_step_of_holm_shows(made):
    """Of 40 contrasts: (3.227218 + 0.841621) / (1.959964 + 0.841621) times what one test at 0.05 detects."""
    assert pytest.approx(0.005809, abs=1e-6) == resolution.at_first_step(0.004, 0.05, 40)
    assert pytest.approx(0.004) == resolution.at_first_step(0.004, 0.05, 1)

    results = made()
    found = resolution.at_first_step(results.power.detectable, 0.05, len(results.contrasts))
    assert f"with a power of 80 % is {found:.4f} recall@10 (median" in resolution.sentences(results)[0]


def test_only_the_grocery_log_is_called_one(made):
    results = made(lambda written: written["data.json"].update(source="clicks.parquet"))

    assert any("this log repeats itself" in sentence for sentence in resolution.sentences(results))


def test_caveats_name_the_unfinished_only_where_there_are_some(made):
    def unfinished(written):
        written["leaderboard.json"][0]["unfinished"] = True

    assert "Unfinished" not in caveats.caveats(made()).text
    assert "popularity had its best round at the end" in text(caveats.caveats(made(unfinished)))


def test_caveats_name_the_unfinished_of_other_arms_with_their_arm(made):
    def last(*places: int):
        def change(written):
            for place in places:
                written["leaderboard.json"][place]["unfinished"] = True

        return change

    results = made(catalogue=last(0, 1), young=lambda _: None, who=last(*range(7)))
    first, second = (row.variant for row in results.beside("catalogue").leaderboard[:2])
    told = f": in catalogue {first} and {second}; in who 7 variants (named on Tuning)."

    alone = text(caveats.caveats(results))
    assert "No variant of main had its best round at the end of the budget. In other arms these had" in alone
    assert told in alone
    both = text(caveats.caveats(made(last(0), catalogue=last(0, 1), who=last(*range(7)))))
    assert "popularity had its best round at the end" in both and told in both


def test_windows_that_disagree_with_the_whole_are_counted(against_counting):
    """Left comes later in the roster, so the hand-made queries make it worse in either window."""
    agreeing = against_counting("worse", -0.02)
    disagreeing = against_counting("better", 0.02)

    assert "2 of 2 have the sign of the whole" in evidence.windows(agreeing, agreeing.contrasts).text
    assert "0 of 2 have the sign of the whole" in evidence.windows(disagreeing, disagreeing.contrasts).text
    nothing = [one.model_copy(update={"effect": 0.0}) for one in agreeing.contrasts]
    assert "sign of the whole" not in evidence.windows(agreeing, nothing).text


def test_contrasts_that_were_declared_after_test_was_seen_are_marked(made):
    results = made()
    planned = replace(results, params=results.params.model_copy(update={"after_test": {"another": ["n"]}}))

    late = results.params.after_test[results.params.snapshot.name]
    few = replace(results, params=results.params.model_copy(update={"after_test": {"complete-journey": late[:2]}}))

    assert f"Declared after test was seen. {len(late)} contrasts (marked † wherever" in text(caveats.caveats(results))
    assert f"Declared after test was seen. {' and '.join(late[:2])}: declared, " in text(caveats.caveats(few))
    assert "Declared after test" not in text(caveats.caveats(planned))
    assert "declared after test was seen" in text(findings.contrast_sentences(results))
    assert "declared after test was seen" not in text(findings.contrast_sentences(planned))


def test_a_winner_with_a_counting_term_of_its_own_is_a_caveat(against_counting):
    won, lost = (text(caveats.caveats(against_counting(*found))) for found in (("better", 0.01), ("worse", -0.01)))

    assert "A counting rule inside. The repeat-aware head of sum-horizon-repeat counts the user's own past" in won
    assert "so how much of the gain over counting is the network's, nothing here says." in won
    assert "A counting rule inside" not in lost


def test_what_a_control_answers_is_no_caveat(made, against_counting):
    """A head on the user's own counts alone, and a model of candidates alone; the first answer and others tell them."""
    controlled = text(caveats.caveats(made(say("better"))))
    alone = text(caveats.caveats(against_counting("better", 0.01)))

    assert "A counting rule inside" not in controlled and "No model of candidates alone" not in controlled
    assert "A counting rule inside" in alone and "No model of candidates alone. No contrast is with " in alone


def test_contrasts_of_a_variant_with_what_is_made_of_it_are_named(made):
    shown = text(caveats.caveats(made()))

    assert "both sides. hybrid-over-sequence and seeds-averaged compare variants that have fits in common" in shown


def test_what_the_last_round_brought_stands_beside_the_margin(made):
    def unfinished(written):
        row = next(row for row in written["leaderboard.json"] if row["variant"] == "sum-horizon")
        row["unfinished"] = True
        written["tuning.json"]["sum-horizon"] |= {"rounds": 2}

    shown = text(caveats.caveats(made(unfinished)))
    assert "brought the sequence models among them 0.0300 on stop (margin 0.005)" in shown
    assert "one round before it" in shown


def test_the_variant_by_which_defaults_were_found_is_named_on_the_log_of_the_study_alone(made):
    """With it goes that one side of contrasts with flat models was searched more."""
    own = text(caveats.caveats(made()))
    other = text(caveats.caveats(made(lambda written: written["data.json"].update(source="mine.parquet"))))

    assert "mostly by trying sum-horizon (What did not work on the page Protocol says how)" in own
    assert "the event-level side had that search by hand as well." in own
    assert "mostly by trying one variant (report/log.md in the repository says how)" in other
    assert "the event-level side had" not in other


def test_where_no_contrast_is_with_flat_models_nothing_is_said_of_their_sides(against_counting):
    shown = text(caveats.caveats(against_counting("better", 0.01)))

    assert "Defaults found by hand." in shown
    assert "the event-level side had" not in shown


@pytest.mark.parametrize(("rate", "is_told"), [(0.2, True), (0.05, False)])
def test_where_simulated_logs_had_too_many_false_verdicts_the_caveats_say_so(made, monkeypatch, rate, is_told):
    monkeypatch.setattr(caveats.worlds, "load", lambda: Worlds([], checked(rate)))
    shown = text(caveats.caveats(made()))

    many = "of contrasts of counting rules in the world null, 20 % of 400 logs (interval 19 % to 21 %; 5 % are allowed)"
    told = f"each by its own interval: {many}"
    assert is_told == (told in shown)
    assert is_told == ("False verdicts in simulated logs" in shown)


def test_where_both_kinds_of_verdict_were_false_twice_the_level_is_allowed(made, monkeypatch):
    for rate, is_told in ((0.1, False), (0.2, True)):
        monkeypatch.setattr(caveats.worlds, "load", lambda rate=rate: Worlds([], checked(rate, truth=0.1)))
        assert is_told == ("; 10 % are allowed)" in text(caveats.caveats(made())))


def test_without_a_validity_check_nothing_is_said_of_simulated_logs(made, monkeypatch):
    monkeypatch.setattr(caveats.worlds, "load", lambda: Worlds([], None))

    assert "simulated logs" not in text(caveats.caveats(made()))
