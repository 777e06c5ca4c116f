"""What each part of a sequence model, and each property of the log, is worth where it alone changes."""

import pytest

from study.exhibits import worth
from tests.exhibits.asking import VERDICTS, say
from tests.exhibits.conftest import diagnosis
from tests.exhibits.pairing import text
from tests.exhibits.test_at_popularity import with_select

LOSSES = ("sampled-over-softmax", "bce-over-softmax", "gbce-over-softmax", "bpr-over-softmax")


def several(*changes):
    """The changes of results, one after another."""

    def change(written):
        for one in changes:
            one(written)

    return change


def by_part(results):
    return {one.called: one for one in worth.parts(results)}


def words_of(results) -> str:
    """The sentences that stand over the table."""
    return text(worth.shown(results)).split("changed alone", 1)[0]


def test_a_contrast_counts_for_the_one_part_that_it_changes_and_for_none_where_it_changes_two(made):
    found = by_part(made())
    names = {called: {one.name for one in worth_.contrasts} for called, worth_ in found.items()}

    assert {"concat-over-sum", "tuple-over-sum", "attributes-over-candidates"} <= names[worth.JOINED]
    longer = f"{worth.POSITIONS}, and with it how much history fits"
    assert "event-over-flat-moment" in names[longer]
    assert not names[worth.JOINED] & names[longer]
    assert set(LOSSES) <= names[worth.NEGATIVES]
    assert "bpr-over-bce" in names[worth.FORM]
    assert {"repeat-over-plain"} == names["the head"]
    assert {"history-over-counts", "gru-over-causal"} & names[
        "reading a history at all, beside what the head is told"
    ] == {"history-over-counts"}
    assert "gru-over-causal" in names["the architecture"]
    every = [name for several_ in names.values() for name in several_]
    assert len(every) == len(set(every))
    assert not {"event-over-next-token", "trees-over-counting"} & set(every)


def test_where_histories_do_not_make_the_difference_positions_are_what_changes(made, monkeypatch):
    monkeypatch.setattr(worth.scope, "unlike_histories", lambda *_: "")

    found = by_part(made())
    assert "event-over-flat-moment" in {one.name for one in found[worth.POSITIONS].contrasts}
    assert not any(called.endswith("how much history fits") for called in found)


def test_effects_are_told_in_the_direction_of_the_gain_the_largest_first(made):
    results = made(
        several(
            say("equivalent"),
            say("worse", "bce-over-softmax", effect=-0.03),
            say("better", "gbce-over-softmax", effect=0.02),
        )
    )
    first, second, *_ = by_part(results)[worth.NEGATIVES].contrasts

    assert ("sum-horizon", "sum-horizon-bce", 0.03) == (*first.variants, first.effect)
    assert ("sum-horizon-gbce", "sum-horizon", 0.02) == (*second.variants, second.effect)
    assert all(one.effect >= 0 for found in worth.parts(results) for one in found.contrasts)


def test_a_side_that_has_not_left_popularity_says_nothing_of_a_part(made):
    left = with_select(popularity=0.2, sum_horizon_bce=0.201)

    assert "bce-over-softmax" in {one.name for one in by_part(made())[worth.NEGATIVES].contrasts}
    assert "bce-over-softmax" not in {one.name for one in by_part(made(left))[worth.NEGATIVES].contrasts}


@pytest.mark.parametrize(
    ("verdict", "effect", "expected"),
    [
        ("better", 0.03, "Shown to be worth more than the margin of 0.005: the head (up to 0.0300, "),
        ("worse", -0.03, "Shown to be worth more than the margin of 0.005: the head (up to 0.0300, "),
        ("better", 0.006, "Shown to be worth something, perhaps less than the margin: the head (up to 0.0060, "),
        ("equivalent", 0.001, "Equivalent within ±0.005 in every contrast: "),
        ("undetermined", 0.006, "Left open, at least in part: the head"),
    ],
)
def test_words_turn_with_the_verdicts(made, verdict, effect, expected):
    told = words_of(made(several(say("equivalent"), say(verdict, "repeat-over-plain", effect=effect))))

    assert expected in told
    assert ("the head (" in told) == (verdict in ("better", "worse"))
    sides = "sum-horizon over sum-horizon-repeat" if effect < 0 else "sum-horizon-repeat over sum-horizon"
    assert (f"{sides})" in told) == (verdict in ("better", "worse"))


def test_a_log_is_worth_what_its_changes_cost(made):
    found = [
        diagnosis("last-8", "worse", -0.05, question="recent"),
        diagnosis("users-50", "equivalent", 0.001, question="users"),
        diagnosis("without-price", "equivalent", -0.0005, question="attributes"),
    ]
    results = made(diagnoses=found)
    told = words_of(results)

    sides = "sum-horizon-repeat over sum-horizon-repeat"
    assert f"before their last events{worth.TAKEN} (up to 0.0500, {sides}, the last 8 events only)" in told
    assert "Equivalent within ±0.005 in every contrast: the number of users and any one attribute." in told
    assert f"{sides}, without price" in text(worth.shown(results))


def test_what_does_better_without_something_says_that_it_does_harm(made):
    found = [
        diagnosis("last-8", "better", 0.05, question="recent"),
        diagnosis("last-16", "worse", -0.02, question="recent"),
        diagnosis("noise-5", "better", 0.03, question="noise"),
    ]
    results = made(diagnoses=found)
    told = words_of(results)

    recent = f"what all users did before their last events{worth.TAKEN}"
    assert f"worth more than the margin of 0.005: {recent} (up to 0.0200, " in told
    both = f"{recent} (up to 0.0500, sum-horizon-repeat, the last 8 events only over "
    assert f"Shown to do harm: {both}sum-horizon-repeat) and being without random attributes (up to 0.0300, " in told
    assert [-0.05] == [one.largest.effect for one in worth.properties(results) if "last events" in one.called]


def test_what_fits_had_in_training_stands_apart_from_what_they_were_fitted_without(made):
    found = [
        diagnosis("order-at-test", "worse", -0.05, question="order"),
        diagnosis("order-retrained", "equivalent", -0.001, question="order"),
    ]
    results = made(diagnoses=found)
    told = words_of(results)

    assert f"the order of the moments with how recent each is{worth.TAKEN} (up to 0.0500, " in told
    assert "Equivalent within ±0.005 in every contrast: the order of the moments with how recent each is." in told
    assert [1, 1] == [len(one.contrasts) for one in worth.properties(results)]


def test_a_part_has_no_harm_to_count_since_it_is_told_in_the_direction_of_the_gain(made):
    rows = text(worth._numbers(made(), worth.parts(made()))).split("changed alone", 1)[1]

    assert len(worth.parts(made())) == rows.count("\N{EN DASH}")


def test_a_log_that_was_not_changed_is_not_told_of(made):
    assert [] == worth.properties(made())
    assert "Of the log" not in words_of(made())


def test_verdicts_are_counted_by_what_they_show(made):
    results = made(several(say("equivalent"), say("better", "bce-over-softmax"), say("undetermined", *LOSSES[2:])))
    loss = by_part(results)[worth.NEGATIVES]

    assert (1, 0) == tuple(len(loss.gains(results.margin, beyond=beyond)) for beyond in (True, False))
    small = made(several(say("equivalent"), say("better", "bce-over-softmax", effect=VERDICTS["undetermined"])))
    assert (0, 1) == tuple(
        len(by_part(small)[worth.NEGATIVES].gains(small.margin, beyond=beyond)) for beyond in (True, False)
    )


def test_where_no_contrast_changes_one_part_it_says_so(made):
    def change(written):
        written["contrasts.json"] = [one for one in written["contrasts.json"] if one["question"] == "trees"]

    told = "Nothing to tell of parts: no declared contrast changes one alone, between sequence models of the arm main"
    assert text(worth.shown(made(change))).startswith(told)
    log = [diagnosis("last-8", "worse", -0.05, question="recent")]
    assert "Of the log, with the best of each family" in text(worth.shown(made(change, diagnoses=log)))


def test_what_is_told_of_a_part_is_a_contrast_of_its_kind(made):
    """The largest effect may be of a wide interval, which is not beyond the margin."""

    def change(written):
        say("equivalent")(written)
        say("better", "gbce-over-softmax", effect=0.012)(written)
        say("better", "sampled-over-softmax", effect=0.03)(written)
        wide = next(one for one in written["contrasts.json"] if one["name"] == "sampled-over-softmax")
        wide |= {"low": 0.001, "high": 0.06}

    told = words_of(made(change))
    assert f"more than the margin of 0.005: {worth.NEGATIVES} (up to 0.0120, sum-horizon-gbce over sum-horizon)" in told


def test_a_contrast_that_was_declared_late_is_told_so(made):
    told = words_of(made(several(say("equivalent"), say("better", "moment-over-token"))))

    sides = "flat-next-moment over flat-next"
    assert f"the objective{worth.AND_WHERE} (up to 0.0200, {sides}, declared after test was seen)" in told


@pytest.mark.parametrize(
    ("verdict", "effect", "expected"),
    [
        (
            "better",
            0.03,
            "Shown to be worth more than the margin of 0.005, of {}: the head (up to 0.0300). Equivalent ",
        ),
        ("equivalent", 0.001, "None is shown to be worth more than the margin of 0.005, of {}. Equivalent "),
        ("undetermined", 0.006, "None is shown to be worth more than the margin of 0.005, of {}. Equivalent "),
    ],
)
def test_the_headline_names_the_parts_that_matter_and_those_that_do_not(made, verdict, effect, expected):
    results = made(several(say("equivalent"), say(verdict, "repeat-over-plain", effect=effect)))
    told = text(worth.headline(results))
    which = f"{len(worth.parts(results))} that a contrast changes alone, between sequence models of the arm main"

    assert expected.format(f"{which} that are clearly above popularity") in told
    _, alike = told.split(" Equivalent within ±0.005 in every contrast: ")
    assert worth.HISTORY_AT_ALL in alike
    assert ("the head" in alike.replace(worth.HISTORY_AT_ALL, "")) == (verdict == "equivalent")


def test_the_headline_is_silent_where_no_part_was_changed_alone(made):
    def change(written):
        written["contrasts.json"] = [one for one in written["contrasts.json"] if one["question"] == "trees"]

    assert "" == worth.headline(made(change)).text


def test_the_table_says_what_an_interval_without_a_bound_is(made):
    bounded = diagnosis("last-8", "undetermined", 0.0, question="recent")
    none = bounded | {"low": -1.0, "high": 1.0}
    shown, without = (text(worth.shown(made(diagnoses=[one]))) for one in (none, bounded))

    assert "; an interval of −1 to +1: no bound, since few users differ" in shown
    assert "no bound" not in without


def test_objectives_that_are_asked_elsewhere_or_among_other_classes_stand_apart(made):
    """One is asked of tokens at some positions, another of candidates at all."""
    found = by_part(made())
    alone, more = ({one.name for one in found[f"the objective{and_}"].contrasts} for and_ in ("", worth.AND_WHERE))

    assert "horizon-over-moment" in alone
    assert "moment-over-token" in more


@pytest.mark.parametrize(
    ("unfinished", "also", "expected"),
    [
        ((), (), ""),
        (("sum-horizon-repeat",), (), "The contrast that shows it has an unfinished side"),
        (("sum-horizon-repeat",), ("bce-over-softmax",), "Of the 2 contrasts that show it 1 has an unfinished side"),
        (("sum-horizon",), ("bce-over-softmax",), "Each of the contrasts that show it has an unfinished side"),
    ],
)
def test_what_rests_on_models_that_were_still_learning_is_said_to(made, unfinished, also, expected):
    def change(written):
        for row in written["leaderboard.json"]:
            row["unfinished"] = row["variant"] in unfinished

    shown = say("better", "repeat-over-plain", *also, effect=0.03)
    results = made(several(say("equivalent"), shown, change))
    told, sentence = words_of(results), text(worth.headline(results))

    assert bool(expected) == ("unfinished side, which might have learned more." in sentence)
    assert expected in sentence
    sides = "sum-horizon-repeat over sum-horizon"
    assert (f"(up to 0.0300, {sides}, 1 of 2 models unfinished)" in told) == bool(unfinished)
    numbers = text(worth._numbers(results, worth.parts(results)))
    assert ("better, 1 of 2 models unfinished" in numbers) == bool(unfinished)


def test_what_is_perhaps_small_by_t_is_not_shown_beyond_the_margin(made, monkeypatch):
    results = made(several(say("equivalent"), say("better", "bce-over-softmax")))
    assert f"more than the margin of 0.005: {worth.NEGATIVES} (up to" in words_of(results)

    monkeypatch.setattr(worth.few_seeds, "is_small_by_t", lambda _, one: one.name == "bce-over-softmax")
    assert f"perhaps less than the margin: {worth.NEGATIVES} (up to" in words_of(results)
