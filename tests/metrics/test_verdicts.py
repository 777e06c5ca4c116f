import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from study.metrics.power import detectable_difference
from study.metrics.verdicts import holm, judge, percentile_interval

MARGIN, ALPHA = 0.005, 0.05


def bell(mean, deviation, resamples=10000):
    """Resamples of a normal effect, evenly spread: no noise of their own."""
    return mean + deviation * norm.ppf((np.arange(resamples) + 0.5) / resamples)


def judged(*columns, margin=MARGIN, alpha=ALPHA):
    draws = np.column_stack(columns)
    return judge(draws.mean(axis=0).tolist(), draws, users=10_000, margin=margin, alpha=alpha)


@st.composite
def families(draw):
    """A few contrasts with few, often tied resamples, many of them exactly on a bound."""
    resamples, contrasts = draw(st.integers(20, 400)), draw(st.integers(1, 6))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    means = random.choice([-0.02, -0.01, -0.005, 0, 0.002, 0.005, 0.01], size=contrasts)
    deviations = random.choice([0, 0.0005, 0.001, 0.002, 0.004, 0.01], size=contrasts)
    draws = means + deviations * random.normal(size=(resamples, contrasts))
    step = draw(st.sampled_from([0, 0.001, 0.0025]))
    return np.round(draws / step) * step if step else draws


@settings(max_examples=400, deadline=None)
@given(families(), st.sampled_from([0.02, 0.05, 0.1, 0.2]))
def test_the_interval_never_disagrees_with_the_verdict(draws, alpha):
    for verdict in judge(draws.mean(axis=0).tolist(), draws, users=10_000, margin=MARGIN, alpha=alpha):
        match verdict.verdict:
            case "equivalent":
                assert verdict.p_equivalence < alpha
                assert -MARGIN < verdict.low <= verdict.high < MARGIN
            case "better":
                assert verdict.p_difference < alpha <= verdict.p_equivalence
                assert verdict.low > 0
            case "worse":
                assert verdict.p_difference < alpha <= verdict.p_equivalence
                assert verdict.high < 0
            case "undetermined":
                assert min(verdict.p_difference, verdict.p_equivalence) >= alpha
                assert verdict.low <= 0 <= verdict.high
                assert verdict.low <= -MARGIN or verdict.high >= MARGIN


@settings(max_examples=200, deadline=None)
@given(families(), st.randoms(use_true_random=False))
def test_the_order_of_declaration_does_not_matter(draws, random):
    effects = draws.mean(axis=0)
    order = list(range(len(effects)))
    random.shuffle(order)

    straight = judge(effects.tolist(), draws, users=10_000, margin=MARGIN, alpha=ALPHA)
    shuffled = judge(effects[order].tolist(), draws[:, order], users=10_000, margin=MARGIN, alpha=ALPHA)

    assert [straight[i] for i in order] == shuffled


@settings(max_examples=100, deadline=None)
@given(families())
def test_left_and_right_are_treated_alike(draws):
    mirror = {"better": "worse", "worse": "better"}
    effects = draws.mean(axis=0)
    for one, other in zip(
        judge(effects.tolist(), draws, users=10_000, margin=MARGIN, alpha=ALPHA),
        judge((-effects).tolist(), -draws, users=10_000, margin=MARGIN, alpha=ALPHA),
        strict=True,
    ):
        assert mirror.get(one.verdict, one.verdict) == other.verdict
        assert (one.low, one.high, one.level) == (-other.high, -other.low, other.level)
        assert (one.p_difference, one.p_equivalence) == (other.p_difference, other.p_equivalence)


@settings(max_examples=20, deadline=None)
@given(families())
def test_p_values_are_those_of_holm(draws):
    assume(draws.shape[1] > 1)
    wrong = np.minimum((draws <= 0).sum(axis=0), (draws >= 0).sum(axis=0))
    raw = np.minimum(1, 2 * (1 + wrong) / (1 + len(draws)))

    # statsmodels collects garbage in every call, which takes its time: few examples.
    found = [v.p_difference for v in judge([0.0] * draws.shape[1], draws, users=10_000, margin=MARGIN, alpha=ALPHA)]

    assert np.allclose(multipletests(raw, method="holm")[1], found, rtol=1e-12)


@pytest.mark.parametrize(
    ("mean", "deviation", "expected"),
    [
        (0.02, 0.003, "better"),
        (-0.02, 0.003, "worse"),
        (0.0, 0.001, "equivalent"),
        (0.004, 0.004, "undetermined"),
        (0.0035, 0.004, "undetermined"),
    ],
)
def test_verdicts_of_known_effects(mean, deviation, expected):
    assert expected == judged(bell(mean, deviation))[0].verdict


def test_a_real_difference_below_the_margin_is_equivalent_and_its_interval_shows_the_sign():
    (verdict,) = judged(bell(0.002, 0.0004))

    assert "equivalent" == verdict.verdict
    assert verdict.p_difference < ALPHA
    assert 0 < verdict.low < 0.002 < verdict.high < MARGIN


def test_a_variant_against_itself_is_equivalent():
    (verdict,) = judged(np.zeros(10000))

    assert ("equivalent", 0, 0, 1) == (verdict.verdict, verdict.low, verdict.high, verdict.p_difference)


def test_a_p_value_that_is_unknown_shows_nothing():
    assert [1.0, 0.02, 1.0] == holm(np.array([np.nan, 0.02 / 3, 0.9]), ALPHA, tails=2).adjusted.tolist()


def test_the_levels_are_those_of_the_steps_of_holm():
    # Strongest first: 1 - 0.05/4, then 1 - 0.05/3; the third fails and its level, 1 - 0.05/2, holds for the fourth.
    strong, firm, weak, none = (bell(mean, 0.01) for mean in (0.06, 0.03, 0.015, 0.0))
    verdicts = judged(none, firm, strong, weak)

    assert ["undetermined", "better", "better", "undetermined"] == [v.verdict for v in verdicts]
    assert pytest.approx([0.95 / 1, 1 - 0.05 / 3, 1 - 0.05 / 4]) == [0.95, verdicts[1].level, verdicts[2].level]
    # No contrast is equivalent: that family stops at its first step, whose 1 - 2 * 0.05/4 is as wide as 1 - 0.05/2.
    assert pytest.approx([0.975, 0.975]) == [verdicts[0].level, verdicts[3].level]


def test_p_by_hand():
    # 99 resamples, two of them not above 0: p = 2 * (2 + 1) / 100. At or below -0.005 none, at or above 98: 99 / 100.
    draws = np.array([-0.001, 0.0, *np.linspace(0.01, 0.02, 97)])
    (verdict,) = judged(draws)

    assert pytest.approx(0.06) == verdict.p_difference
    assert pytest.approx(0.98) == verdict.p_equivalence
    assert "undetermined" == verdict.verdict


def test_too_few_resamples_for_the_level_claim_nothing():
    (verdict,) = judged(np.full(30, 0.3))

    assert ("undetermined", -1, 1) == (verdict.verdict, verdict.low, verdict.high)


def test_percentile_interval_covers_what_it_says():
    low, high = percentile_interval(bell(0.3, 0.01), 0.05)

    assert pytest.approx([0.3 - 0.0196, 0.3 + 0.0196], abs=1e-4) == [low, high]
    assert np.isnan(percentile_interval(np.full(10, np.nan), 0.05)).all()


def test_detectable_difference_is_that_of_the_textbook():
    draws = [bell(0, 0.001), bell(0.1, 0.002), bell(0, 0.5)]

    assert pytest.approx((1.959964 + 0.841621) * 0.002, rel=1e-3) == detectable_difference(draws, alpha=0.05)


def test_resamples_without_positives_have_no_part_in_what_is_detectable():
    nobody = np.full(10, np.nan)
    draws = [np.append(bell(0, 0.002), nobody), nobody]

    assert pytest.approx((1.959964 + 0.841621) * 0.002, rel=1e-3) == detectable_difference(draws, alpha=0.05)
    assert detectable_difference([nobody], alpha=0.05) is None


def test_what_no_resample_changes_has_no_part_in_what_is_detectable():
    same = np.zeros(100)

    assert pytest.approx((1.959964 + 0.841621) * 0.002, rel=1e-3) == detectable_difference(
        [same, bell(0, 0.002), same], alpha=0.05
    )
    assert detectable_difference([same], alpha=0.05) is None
    assert detectable_difference([], alpha=0.05) is None


def test_few_users_of_whom_none_differs_show_no_equivalence():
    """The least number is -log(0.05) / 0.005 = 599.1."""
    alike = np.zeros((1000, 1))
    verdicts = [
        judge([0.0], alike, users=users, margin=MARGIN, alpha=ALPHA)[0] for users in (599, 600, [599], [np.inf])
    ]

    assert ["undetermined", "equivalent", "undetermined", "equivalent"] == [found.verdict for found in verdicts]
    assert [(-1, 1, 1), (0, 0, 1 / 1001)] == [(v.low, v.high, v.p_equivalence) for v in verdicts[:2]]


def test_resamples_that_differ_by_rounding_detect_nothing():
    assert detectable_difference([np.array([1.0, 1.0 + 2e-16, 1.0])], alpha=ALPHA) is None


def test_few_users_do_not_differ_by_the_rounding_of_their_means():
    rounded = np.where(np.arange(10_000) % 2, 0.0, 2e-17)[:, None]
    (few,) = judge([0.0], rounded, users=100, margin=MARGIN, alpha=ALPHA)

    assert ("undetermined", -1.0, 1.0) == (few.verdict, few.low, few.high)


@pytest.mark.parametrize(
    ("contrasts", "most", "least"), [(1, 1.0, 600), (43, 1.0, 1352), (1, 2.0, 1199), (43, 4.0, 5406)]
)
def test_few_users_are_more_in_a_family_and_where_one_user_moves_more(contrasts, most, least):
    """-log(0.05 / contrasts) / 0.005 times what one user can move: a contrast is called equivalent at 0.05 / contrasts.

    Of 700 users, 0.5 % differing by 1, none is asked in 3 % of all draws: 26 times the level of one of 43 contrasts.
    """
    alike = np.zeros((1000, contrasts))
    verdicts = [
        {v.verdict for v in judge([0.0] * contrasts, alike, users=users, margin=MARGIN, alpha=ALPHA, most=most)}
        for users in (least - 1, least)
    ]

    assert [{"undetermined"}, {"equivalent"}] == verdicts


def test_the_rule_for_few_users_knows_how_many_differ_and_which_contrast_has_few():
    random = np.random.default_rng(0)
    differ = [0.001 * random.poisson(users, 10_000) for users in (2, 8)]  # each user by a tenth, of a hundred
    draws = np.column_stack([differ[0], differ[1], differ[0]])
    verdicts = judge([0.002, 0.008, 0.002], draws, users=[100, 100, np.inf], margin=0.02, alpha=ALPHA)

    assert ["undetermined", "equivalent", "equivalent"] == [found.verdict for found in verdicts]


@pytest.mark.parametrize(("contrasts", "least"), [(1, 6), (48, 11)])
def test_a_handful_of_users_shows_nothing_however_alike_they_are(contrasts, least):
    """Of 5 users without a difference all lean to one side in one of 16 draws, of 6 in one of 32."""
    draws = np.full((2000 * contrasts, contrasts), 0.05)
    few, enough = (
        {v.verdict for v in judge([0.05] * contrasts, draws, users=users, margin=MARGIN, alpha=ALPHA)}
        for users in (least - 1, least)
    )

    assert [{"undetermined"}, {"better"}] == [few, enough]


def test_resamples_without_positives_speak_for_no_side():
    known = bell(0.03, 0.001, resamples=1000)
    (told,) = judged(known)
    few, many = known.copy(), known.copy()
    few[:5], many[:100] = np.nan, np.nan
    (almost,), (open_,) = (
        judge([0.03], draws[:, None], users=10_000, margin=MARGIN, alpha=ALPHA) for draws in (few, many)
    )

    assert ["better", "better", "undetermined"] == [told.verdict, almost.verdict, open_.verdict]
    assert told.p_difference < almost.p_difference < open_.p_difference
    assert (open_.low, open_.high) == (-1.0, 1.0)


def test_where_resamples_are_unknown_or_too_few_an_end_is_what_the_effect_can_be():
    known = bell(1.5, 0.001, resamples=1000)
    known[:100] = np.nan
    few = [bell(1.5, 0.001, resamples=20)] * 3
    most = [1.6, 2.0, 4.0]
    unknown, too_few = (
        judge([1.5] * 3, np.column_stack(draws), users=10_000, margin=MARGIN, alpha=ALPHA, most=most)
        for draws in ([known] * 3, few)
    )

    for verdicts in (unknown, too_few):
        assert [("undetermined", -end, end) for end in most] == [(v.verdict, v.low, v.high) for v in verdicts]


def test_the_level_of_the_step_that_stopped_holds_for_all_that_remain():
    """Alone the second would be below 0.05 / 1."""
    stopped = holm(np.array([0.03, 0.04, 0.001]), 0.05, tails=2)

    assert [2, 2, 3] == stopped.divisors.tolist()
