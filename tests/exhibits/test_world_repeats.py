"""The page Worlds: what repeats say where little can be said."""

import pytest
from scipy.stats import binom

from study.exhibits import world_validity, world_verdicts, worlds
from study.exhibits.world_records import Rate, Validity, Worlds
from tests.exhibits.pairing import text
from tests.exhibits.test_worlds_page import checked, judged, rate, reached, world

COUNTING = [reached("popularity", "counting", 0.0), reached("personal-frequency", "counting", 0.9)]


def with_contrast(found: Validity, **changes) -> Validity:
    """The check with one contrast changed."""
    (part,) = found.parts
    told = part.contrasts[0].model_dump() | changes
    return Validity.model_validate(found.model_dump() | {"parts": [part.model_dump() | {"contrasts": [told]}]})


def test_the_smallest_effect_is_told_with_the_smallest_between_such_models_that_was_repeated():
    verdicts = {"better": 200, "worse": 40, "equivalent": 20, "undetermined": 140}
    repeated = with_contrast(
        checked(0.1, truth=0.2), verdicts=verdicts, right_verdicts=rate(0.5), false_equivalent=rate(0.05)
    )
    counted = judged("right", "better") | {"left": "personal-frequency"}
    told, of_others, none = (
        worlds.answer(Worlds([world(variants=COUNTING, contrasts=[contrast])], validity)).text
        for contrast, validity in ((counted, repeated), (judged("right", "better"), repeated), (counted, None))
    )
    lead = "the smallest measured is 0.1000, of <code>{}</code> over <code>popularity</code> in shop"
    sides = "<code>personal-frequency</code> over <code>popularity</code> in null"
    smallest = f"the smallest beyond the margin is 0.2000, {sides}: its verdict"

    assert lead.format("personal-frequency") in told
    assert (
        f"Of the contrasts between counting rules that were repeated (below) {smallest} was right in 50 % of 400 logs, "
        "and false in 15 %." in told
    )
    assert f"{lead.format('sum-horizon')}: no verdict between counting rules was repeated." in of_others
    assert "no verdict between counting rules was repeated." in none


@pytest.mark.parametrize(("seeds", "by_t", "is_told"), [(5, True, True), (1, True, False), (5, False, False)])
def test_what_student_s_t_would_say_is_told_where_models_have_seeds_and_it_was_asked(seeds, by_t, is_told):
    counts = {"better": 300, "worse": 0, "equivalent": 20, "undetermined": 80}
    found = with_contrast(checked(0.1, truth=0.2), **{"verdicts_by_t": counts} if by_t else {})
    (part,) = found.parts
    asked = {"any_false_by_t": Rate.model_validate(rate(0.02))} if by_t else {}
    changed = found.model_copy(update={"parts": [part.model_copy(update={"seeds": seeds, **asked})]})
    told = text(world_validity.validity(Worlds([], changed)))

    assert is_told == (
        "are few, 2 % had one (interval 1 % to 3 %); it settles 320 contrasts where the bootstrap " in told
    )
    assert is_told == ("where the bootstrap settles 399." in told)
    assert is_told == ("By Student's t" in told)
    assert world_validity.COUNTED_OFTEN not in told


def test_why_t_may_settle_more_than_the_bootstrap_is_told():
    counts = {"better": 300, "worse": 0, "equivalent": 100, "undetermined": 0}
    found = with_contrast(checked(0.1, truth=0.2), verdicts_by_t=counts)
    asked = found.parts[0].model_copy(update={"any_false_by_t": Rate.model_validate(rate(0.02))})
    told = world_validity.validity(Worlds([], found.model_copy(update={"parts": [asked]}))).text

    assert f"settles 400 contrasts where the bootstrap, {world_validity.COUNTED_OFTEN}, settles 399." in told


@pytest.mark.parametrize(
    ("truth", "told"),
    [
        (
            {"effect": 0.0007, "error": 0.0005},
            "13 verdicts are false by it, 15 by the other, and all 28 if nothing differs.",
        ),
        (
            {"effect": -0.0007, "error": 0.0005},
            "15 verdicts are false by it, 13 by the other, and all 28 if nothing differs.",
        ),
        ({"effect": 0.0011, "error": 0.0005}, None),
        ({"effect": 0.0, "error": 0.0}, None),
    ],
)
def test_a_truth_whose_sign_is_not_shown_is_told_with_what_hangs_on_it(truth, told):
    verdicts = {"better": 15, "worse": 13, "equivalent": 0, "undetermined": 372}
    shown = world_validity.validity(Worlds([], with_contrast(checked(0.03), truth=truth, verdicts=verdicts))).text

    assert (told in shown) if told else ("The sign of the truth" not in shown)


@pytest.mark.parametrize(
    ("truth", "false", "is_told"), [(0.1, 0.0, True), (0.1, 0.01, False), (0.015, 0.0, False), (0.0, 0.0, False)]
)
def test_that_nothing_was_at_stake_is_told_where_no_verdict_was_false_of_large_effects(truth, false, is_told):
    shown = world_validity.validity(Worlds([], with_contrast(checked(false, truth=truth), false_equivalent=rate(0.0))))

    assert is_told == ("the least true effect is 20 times the margin, so hardly any could be false." in shown.text)


def test_intervals_of_verdicts_have_a_level_and_few_seeds_are_called_few():
    seeds = [reached("popularity", "counting", 0.0), reached("sum-horizon", "sequence", 0.9, seeds=3)]
    contrast = judged("right", "better") | {"level": 0.9833}
    shown = Worlds([world(variants=seeds, contrasts=[contrast])], None)

    assert "98.33 %" in world_verdicts.verdicts(shown).text
    assert "Of 3 seeds a fit they are too narrow where seeds make most" in worlds.answer(shown).text
    assert "they are too narrow" not in worlds.answer(Worlds([world()], None)).text


def test_the_lowest_coverage_is_told_with_its_p():
    """Of a truth that is known: the chance of so few, or fewer, where each interval covers it with 95 %."""
    (part,) = checked(0.05).parts
    known = checked(0.05).model_copy(update={"parts": [part.model_copy(update={"fresh_logs": 0})]})
    coverage = rate(0.935) | {"count": 374}
    shown = world_validity.validity(Worlds([], with_contrast(known, coverage=coverage))).text

    assert f"; p = {binom.cdf(374, 400, 0.95):.3f} by Holm)" in shown
