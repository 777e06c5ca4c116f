"""The page Worlds: its sentences turn with the results."""

import json
from pathlib import Path

import pytest

from study.exhibits import world_validity, world_verdicts, worlds
from study.exhibits.world_records import Part, Rate, Validity, World, Worlds


def estimate(value: float) -> dict:
    return {"estimate": value, "low": value - 0.02, "high": value + 0.02}


def reached(variant: str, family: str, share: float | None, **changes) -> dict:
    told = {"variant": variant, "family": family, "reads_events": family == "sequence"}
    told |= {"recall": estimate(0.05 + 0.5 * (share or 0)), "above_chance": 0.013}
    told["beats_oracle"] = share is not None and share > 1
    fits = {"share": None if share is None else estimate(share), "seeds": 1, "rounds": [2], "cap": 4}
    return told | fits | changes


def judged(finding: str, verdict: str) -> dict:
    sides = {"name": "n", "left": "sum-horizon", "right": "popularity", "truth": "better"}
    return sides | {"effect": 0.1, "low": 0.05, "high": 0.15, "level": 0.95, "verdict": verdict, "finding": finding}


def world(name: str = "shop", variants: list | None = None, contrasts: list | None = None, **changes) -> World:
    plain = [reached("popularity", "counting", 0.0), reached("sum-horizon", "sequence", 0.9)]
    told = {
        "revision": "abc", "budget": "default", "world": name, "base": "popularity", "users": 9, "events": 99,
        "trained_key_actions": 50, "items": 30, "queries": 20, "relevant": 1.5,
        "oracle": {"recall": estimate(0.5), "expected": 0.51, "low": None, "high": None},
        "variants": variants or plain, "contrasts": contrasts or [judged("right", "better")],
    }  # fmt: skip
    return World.model_validate(told | changes)


def rate(value: float) -> dict:
    return {"count": int(400 * value), "of": 400, "rate": value, "low": value - 0.01, "high": value + 0.01}


def checked(any_false: float, truth: float = 0.0, repeats: int = 400) -> Validity:
    contrast = {
        "left": "personal-frequency", "right": "popularity", "truth": {"effect": truth, "error": 0.01},
        "verdicts": {"better": 399, "worse": 0, "equivalent": 0, "undetermined": 1}, "right_verdicts": rate(0.99),
        "false_equivalent": rate(0.02), "coverage": rate(0.95), "coverage_of_verdicts": rate(0.96),
    }  # fmt: skip
    part = {
        "part": "counting", "world": "null", "users": 500, "days": 98, "seeds": 2, "rounds": 3, "positions": 40_000,
        "boosting_rounds": 1, "repeats": repeats, "fresh_logs": 40,
        "any_false": rate(any_false), "contrasts": [contrast], "revision": "abc", "budget": "default",
    }  # fmt: skip
    settings = {"alpha": 0.05, "margin": 0.005, "resamples": 1000}
    return Validity.model_validate({"coverage_level": 0.95, "statistics": settings, "parts": [part]})


def test_rules_that_reach_the_same_are_named_together():
    rules = [reached(rule, "counting", 0.5) for rule in ("personal-frequency", "personal-decay")]
    answer = worlds.answer(Worlds([world(variants=[*rules, reached("sum-horizon", "sequence", 0.9)])], None)).text
    assert "<code>personal-frequency</code> and <code>personal-decay</code> reach most, 50 %" in answer

    answer = worlds.answer(Worlds([world(variants=rules)], None)).text
    assert "<code>personal-frequency</code> and <code>personal-decay</code> reach 50 %" in answer
    assert "of the counting rules" not in answer


def test_the_leader_of_a_world_is_named_and_turns():
    text = worlds.answer(Worlds([world()], None)).text
    assert "<code>sum-horizon</code> reaches 90 %" in text
    assert "; no counting rule reaches more than <code>popularity</code>, with which that share begins." in text
    alike = worlds.answer(Worlds([world("frequency")], None)).text
    assert "Of 1 declared contrast whose truth is known, 1 verdict is right, 0 wrong, and 0 left open" in alike
    assert "1 is between a side that is told what decides" in text

    other = [reached("popularity", "counting", 0.0), reached("sum-horizon", "sequence", 0.3)]
    other.append(reached("personal-frequency", "counting", 0.97))
    text = worlds.answer(Worlds([world(variants=other)], None)).text
    assert "<code>personal-frequency</code> reaches 97 %" in text


def test_a_wrong_verdict_and_a_variant_beyond_the_oracle_are_said():
    fine = Worlds([world()], None)
    assert "No verdict contradicts the truth." in world_verdicts.verdicts(fine).text
    assert "No variant is beyond the oracle" in worlds.answer(fine).text

    spoilt = world(variants=[reached("sum-horizon", "sequence", 1.1)], contrasts=[judged("wrong", "worse")])
    text = world_verdicts.verdicts(Worlds([spoilt], None)).text
    assert "<code>sum-horizon</code> over <code>popularity</code> in shop is called worse, but is better." in text
    assert "which cannot be: <code>sum-horizon</code> in shop" in worlds.answer(Worlds([spoilt], None)).text


def heat_map(*shown: World) -> dict:
    text = worlds.heat_map(Worlds(list(shown), None)).text
    return json.loads(text.split('<script type="application/json">')[1].split("</script>")[0])["data"][0]


def test_the_heat_map_has_the_variants_of_every_world():
    more = [reached(variant, "sequence", 0.5) for variant in ("popularity", "flat-next")]
    shown = heat_map(world(), world("null", variants=more))

    assert ["popularity", "sum-horizon", "flat-next"] == shown["y"]
    assert [["0 %", "50 %"], ["90 %", ""], ["", "50 %"]] == shown["text"]


def test_contrasts_of_a_side_that_is_not_told_what_decides_are_no_evidence():
    sides = [reached("popularity", "counting", 0.0), reached("sum-horizon", "sequence", 0.9)]
    sides.append(reached("lightgbm-lambdarank", "aggregates", 0.1))
    pairs = [
        ("sum-horizon", "popularity"),
        ("sum-horizon", "lightgbm-lambdarank"),
        ("lightgbm-lambdarank", "popularity"),
    ]
    declared = [judged("right", "better") | {"left": left, "right": right} for left, right in pairs]
    declared[0]["finding"] = "open"
    told = worlds.answer(Worlds([world("delay", sides, declared)], None)).text
    assert "Of 3 declared contrasts whose truth is known, 2 are between a side that is told what decides" in told
    assert "says little of the models: 1 verdict is right, 0 wrong, and 1 left open. " in told
    assert "Of the other 1, 1 verdict is right, 0 wrong, and 0 left open." in told

    alone = worlds.answer(Worlds([world("delay", sides, declared[:1])], None)).text
    assert "No other is declared." in alone
    assert "the smallest measured" not in alone

    alike = worlds.answer(Worlds([world("frequency", sides, declared)], None)).text
    assert "whose truth is known, 2 verdicts are right, 0 wrong, and 1 left open" in alike

    text = world_verdicts.verdicts(Worlds([world("delay", sides, declared)], None)).text
    assert (2, 1) == (text.count(">unlike<"), text.count(">alike<"))


def test_a_variant_without_a_history_is_not_told_what_decides():
    blind = reached("blind-horizon-repeat", "sequence", 0.0, reads_events=False)
    sides = [reached("popularity", "counting", 0.0), reached("sum-horizon", "sequence", 0.9), blind]
    declared = [judged("right", "better") | {"right": "blind-horizon-repeat"}]

    for one in ("order", "shop"):
        assert ">unlike<" in world_verdicts.verdicts(Worlds([world(one, sides, declared)], None)).text
    assert ">alike<" in world_verdicts.verdicts(Worlds([world("frequency", sides, declared)], None)).text


def test_what_the_brackets_are_stands_in_the_captions():
    shown = Worlds([world()], None)
    assert "in brackets: the 95 % interval over users;" in worlds.oracles(shown).text
    assert "in brackets: the 95 % interval over users and seeds" in worlds.every_variant(shown).text
    assert "The intervals of recall and of shares are those of 95 % over users and seeds." in worlds.answer(shown).text
    assert "its Wilson interval of 95 %" in world_validity.validity(Worlds([], checked(0.05))).text


def test_an_unfinished_fit_is_flagged():
    last = [reached("popularity", "counting", 0.0), reached("sum-horizon", "sequence", 0.9, rounds=[3, 4])]
    assert "3, 4 (last)" in worlds.every_variant(Worlds([world(variants=last)], None)).text
    assert "(last)" not in worlds.every_variant(Worlds([world()], None)).text
    assert [["0 %"], ["90 % ↑"]] == heat_map(world(variants=last))["text"]
    for variants, is_explained in ((last, True), (None, False)):
        told = worlds.heat_map(Worlds([world(variants=variants)], None)).text
        assert is_explained == ("↑: the best round of a fit was its last" in told)


def test_an_interval_that_leaves_the_range_of_a_recall_is_called_rough():
    wide = reached("sum-horizon", "sequence", 0.9)
    wide["recall"] |= {"low": -0.01}

    assert (
        "an interval of 1 seed is rough, and may leave 0 to 1"
        in worlds.every_variant(Worlds([world(variants=[wide])], None)).text
    )
    assert "is rough" not in worlds.every_variant(Worlds([world()], None)).text


def test_the_validity_sentence_turns_with_the_rate():
    said = {value: world_validity.validity(Worlds([world()], checked(value))).text for value in (0.01, 0.05, 0.2)}
    assert "fewer than the 5 %" in said[0.01]
    assert "agrees with the 5 %" in said[0.05]
    assert "more than the 5 %" in said[0.2]


def test_the_size_of_each_family_is_told_with_what_was_not_checked():
    one = checked(0.05)
    part = one.parts[0]
    two = one.model_copy(update={"parts": [part.model_copy(update={"contrasts": part.contrasts * 2})]})
    shown = [world_validity.validity(Worlds([], found)).text for found in (one, two)]

    assert (
        "400 logs of 500 users and 98 days, 1 contrast in each, 2 seeds per trained model for 3 rounds of 40,000"
        in shown[0]
    )
    assert "the 5 % that a single test allows" in shown[0]
    assert "400 logs of 500 users and 98 days, 2 contrasts in each, 2 seeds per" in shown[1]
    assert "the 5 % that Holm&#x27;s procedure over 2 contrasts allows" in shown[1].replace("'", "&#x27;")
    assert "has 2 contrasts; families as large as those of the" in shown[1]


@pytest.mark.parametrize(
    ("truth", "expected"),
    [
        (0.05, "the least is 0.0500, 10.0 times the margin, so that hardly any false verdict was possible there:"),
        (0.0055, "the least is 0.0055, 1.1 times the margin. That of <code>personal-frequency</code> over"),
        (0.0055, "is called equivalent in 2 % of the logs (interval 1 % to 3 %), which is false, and what it is, bett"),
        (-0.0055, "which is false, and what it is, worse, in 99 %"),
    ],
)
def test_that_false_verdicts_were_hardly_possible_is_said_of_large_effects_alone(truth, expected):
    assert expected in world_validity.validity(Worlds([], checked(0.05, truth))).text


def test_an_interval_that_covers_less_than_its_level_is_named():
    assert "covers less than its level: it has the truth inside in 85 % of" in covering(0.85)
    assert "no interval is shown to have the truth inside less often" in covering(0.95)


def test_intervals_of_the_coverage_that_end_below_its_level_are_counted():
    assert "1 of 1 Wilson interval of the coverage of a 95 % interval ends below 95 %" in covering(0.935)
    assert "0 of 1 Wilson interval of the coverage of a 95 % interval end below 95 %" in covering(0.95)


def test_the_error_of_the_truth_may_explain_a_low_coverage():
    """A truth that is the mean of 20 logs is off by a fifth of their deviation; one of 2,000 is not."""
    told = "covers less than its level: it has the truth inside in 91.5 % of"

    assert told not in covering(0.915, fresh_logs=20)
    assert told in covering(0.915, fresh_logs=2000)


def covering(share, fresh_logs=20):
    """What is told where an interval has the truth inside in a share of the logs."""
    fine = checked(0.05)
    (part,) = fine.parts
    one = part.contrasts[0].model_copy(update={"coverage": Rate.model_validate(rate(share))})
    spoilt = part.model_copy(update={"contrasts": [one], "fresh_logs": fresh_logs})
    return world_validity.validity(Worlds([], fine.model_copy(update={"parts": [spoilt]}))).text


def test_the_lowest_coverage_of_those_left_open_is_named():
    assert "; of those that Holm leaves open the lowest coverage is that of <code>personal-frequency</code> over" in (
        covering(0.935)
    )


def test_what_repeats_cannot_rule_out_is_a_wilson_interval():
    """2 of 40: (2 + z²/2 ± z √(2 · 38/40 + z²/4)) / (40 + z²) with z = 1.96."""
    text = world_validity.validity(Worlds([], checked(0.05, repeats=40))).text

    assert "2 of 40 logs with a false verdict leave open any rate from 1.4 % to 16.5 %" in text


def test_a_check_of_another_revision_says_so():
    text = world_validity.validity(Worlds([world()], checked(0.05))).text
    assert "run at revision <code>abc</code> with the budget <code>default</code>." in text

    text = world_validity.validity(Worlds([world(), world("null", revision="def")], checked(0.05))).text
    assert "another revision than that of worlds above" in text


def test_a_tree_that_differed_from_its_revision_is_told():
    changed = f"{'0123456789abcdef' * 2}+changes"
    found = checked(0.05)
    part = found.parts[0].model_copy(update={"revision": changed})
    both = Worlds([world(revision=changed)], found.model_copy(update={"parts": [part]}))

    told = "revision <code>0123456789ab+changes</code>"
    assert told in worlds.answer(both).text
    assert told in world_validity.validity(both).text


def test_parts_of_several_revisions_are_told_with_theirs():
    found = checked(0.05)
    other = found.parts[0].model_copy(update={"part": "heads", "revision": "def"})
    parts = [*found.parts, found.parts[0].model_copy(update={"world": "delay"}), other]
    text = world_validity.validity(Worlds([world()], found.model_copy(update={"parts": parts}))).text

    first, second = (f"at revision <code>{of}</code> with the budget <code>default</code>" for of in ("abc", "def"))
    assert f"run counting {first}; heads {second}, another revision than that of worlds above." in text


def test_what_has_not_been_run_is_said():
    assert "have not been run" in worlds.answer(Worlds([], None)).text
    assert "has not been run" in world_validity.validity(Worlds([], None)).text
    assert isinstance(checked(0.1).parts[0], Part)
    assert Path("report/worlds.md").exists()
