"""The page Scaling: what larger logs would take, by lines through the measurements."""

from dataclasses import replace

import pytest

from study.exhibits import cost_model, larger_logs, measurements, scaling
from study.params import load
from tests.exhibits.test_scaling import sized, spent, trained


def test_a_line_through_the_sizes_finds_the_start_and_the_share_of_an_event(logged):
    logged("size", sized(0.25))
    line = cost_model.fitted(measurements.latest("size", measurements.Sizes), "split")

    assert (1.0, 0.25, None) == (pytest.approx(line.start), pytest.approx(line.per_event), line.error)


def test_the_error_of_a_line_is_that_of_foreseeing_the_largest_size(logged, made):
    """1 + 0.25 n through 10 and 1,000 events says 2,501 s at 10,000, where 2,001 s were measured."""
    bent = sized(0.25)
    bent["events"][10_000] = dict.fromkeys(cost_model.STAGES, spent(2_001, 1))
    logged("size", bent)
    logged("training", trained(50_000))

    assert (
        pytest.approx(500 / 2_001) == cost_model.fitted(measurements.latest("size", measurements.Sizes), "split").error
    )
    assert "foresee the largest with an error of at most 25 %" in larger_logs.foreseen(made()).text


def test_two_sizes_tell_no_error_and_one_no_line(logged, made):
    logged("size", sized(0.25))
    logged("training", trained(50_000))
    assert "(error \N{EN DASH}: it takes three such sizes to tell)" in larger_logs.foreseen(made()).text

    one = sized(0.25)
    del one["events"][10]
    logged("size", one)
    assert "Lines take two sizes of the log" in larger_logs.foreseen(made()).text
    assert "How seconds grow takes two sizes to tell, and one alone was measured." in scaling.sizes().text


def test_what_the_model_leaves_out_is_said(logged, made):
    logged("size", sized(0.25))
    logged("training", trained(50_000))
    text = larger_logs.foreseen(made()).text

    assert "memory is that of a part in each worker and of one numeric column; training holds its span whole" in text
    assert "<code>score</code>, the readings of select and <code>compare</code>, which grow with users" in text
    assert "this version divides separate fits, and what is done with the parts of a log" in text
    assert "without loss" not in text


def test_a_log_that_is_sorted_by_way_of_runs_is_read_again_with_the_square_of_its_runs(logged, made):
    """Of a hundred runs of two million events each of a hundred parts reads 20,000 rows: once all of them."""
    logged("size", sized(0.25))
    logged("training", trained(50_000))

    assert pytest.approx(1.0) == cost_model.read_again(200_000_000)
    assert pytest.approx(5.0) == cost_model.read_again(1_000_000_000)
    text = larger_logs.foreseen(made()).text
    assert "beside its own rows: 0.0 times the log at 1,000 events, 5.0 times the log at 1,000,000,000 events" in text
    assert "stages that read the log, at least<" in text


def test_halved_trials_read_the_rest_alone():
    budget = load().budgets.default.main.model_copy(update={"trials": 8, "rungs": [0.25, 0.5], "seeds": 5})

    assert 8 * (0.25 + 0.25 / 2 + 0.5 / 4) + 5 == pytest.approx(cost_model.passes(budget))


def test_work_is_divided_among_all_cores_of_all_machines_of_a_day():
    assert pytest.approx(2.5) == cost_model.machines(10 * 24 * 3600, cores=4)


def test_fits_that_wait_for_each_other_are_told_and_where_they_take_more_than_a_day(logged, made):
    """Two batches of trials and the refits, one after the other: 1e9 events three times."""
    results = made()
    budget = results.budget
    assert 3 == cost_model.passes_in_turn(budget.model_copy(update={"trials": 8, "batch": 4}))
    logged("size", sized(3.6e-6))
    logged("training", trained(50_000))
    chain = cost_model.passes_in_turn(budget) * 1e9 / 50_000
    text = larger_logs.foreseen(results).text
    assert f">{chain / 3600:,.0f}<" in text
    assert "trains <code>sum-horizon</code> on 100,000,000,000 events within a day: a search has" in text

    logged("training", trained(1e9))
    assert "No number of machines" not in larger_logs.foreseen(results).text


def test_logs_of_one_part_stay_out_of_the_line_where_larger_ones_were_measured(logged):
    sizes = sized(0.25)
    larger = {events: dict.fromkeys(cost_model.STAGES, spent(2 * events, 1)) for events in (10**7, 10**8)}
    logged("size", sizes | {"events": sizes["events"] | larger})

    line = cost_model.fitted(measurements.latest("size", measurements.Sizes), "split")
    assert (pytest.approx(2.0), None) == (line.per_event, line.error)


def test_it_is_told_by_which_sizes_lines_are_fitted(logged, made):
    logged("training", trained(50_000))
    for larger, told in (
        ((), "sizes above (error"),
        ((10**7, 10**8), "sizes above of more than 2,000,000 events (error"),
    ):
        sizes = sized(0.25)
        sizes["events"] |= {events: dict.fromkeys(cost_model.STAGES, spent(2 * events, 1)) for events in larger}
        logged("size", sizes)
        assert told in larger_logs.foreseen(made()).text


def test_larger_logs_take_what_the_measurements_say(logged, made):
    results = made()
    logged("size", sized(3.6e-6))
    logged("training", trained(50_000))
    text = larger_logs.foreseen(results).text
    hours = cost_model.passes(results.budget) * 1e11 / 50_000 / 3600

    assert f">{hours:,.0f}<" in text
    assert "search and refits of sum-horizon, each fit reading all events, by the benchmark<" in text
    assert "flat-horizon" not in text


def test_training_is_foreseen_by_the_refits_of_this_report_where_they_tell_it(logged, made):
    """20 s for 100,000 events, where the benchmark needs 2 s."""
    own = {"refit_seconds": 20, "positions": 100_000, "revision": "def"}
    results = made(lambda written: written["cost/sum-horizon.json"].update(own))
    logged("size", sized(3.6e-6))
    logged("training", trained(50_000))
    text = larger_logs.foreseen(results).text
    hours = cost_model.passes(results.budget) * 1e11 * 20 / 100_000 / 3600

    assert f">{hours:,.0f}<" in text
    assert "search and refits of sum-horizon, each fit reading all events, by its refits<" in text
    assert "at revision <code>def</code>" in text and "Training: measured" not in text


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({}, ""),
        ({"machine": "N", "cores": 8, "revision": "def"}, "The two differ in machine, cores and revision:"),
        ({"revision": "def"}, "The two differ in revision:"),
    ],
)
def test_both_logs_of_what_is_foreseen_are_named_and_what_they_differ_in(changes, flag, logged, made):
    logged("size", sized(3.6e-6))
    logged("training", trained(50_000) | changes)
    text = larger_logs.foreseen(made()).text

    assert "Stages that read the log: measured" in text and "Training: measured" in text
    assert flag in text and (flag != "") == ("The two differ" in text)


def test_machines_of_a_day_have_the_cores_of_the_line_that_a_row_is_from(logged, made):
    results = made()
    logged("size", sized(3.6e-6))
    logged("training", trained(50_000) | {"cores": 8})
    rows = larger_logs.foreseen(results).text.split("<tr>")[2:4]
    spent_ = cost_model.passes(results.budget) * 1e9 / 50_000

    assert [">4<" in rows[0], ">8<" in rows[1]] == [True, True]
    assert f">{cost_model.machines(spent_, 8):.1f}<" in rows[1]


@pytest.mark.parametrize(("asked", "stages", "kept"), [(["categories"], 4, 30), (["categories", "coupons"], 6, 50)])
def test_every_question_has_a_split_and_features_of_its_own(logged, made, asked, stages, kept):
    """Two of four stages, and 20 of 30 bytes, are once for each."""
    results = made()
    questions = {name: results.params.questions[name] for name in asked}
    results = replace(results, params=results.params.model_copy(update={"questions": questions}))
    logged("size", sized(3.6e-6))
    logged("training", trained(50_000))
    text = larger_logs.foreseen(results).text

    assert f">{stages * 3.6e-6 * 1e9 / 3600:,.0f}<" in text
    assert f">{kept * 1e11 / 1e12:.2f}<" in text
    assert "kept: the snapshot and the events of each question, in terabytes, and no other file: neither" in text
    assert f"for each of {len(asked)} questions" in text or len(asked) == 1


def test_splits_are_counted_where_they_were_measured(logged, made):
    sizes = sized(3.6e-6)
    sizes["bytes"][1000]["splits"] = 7_000
    logged("size", sizes)
    logged("training", trained(50_000))
    results = made()
    text = larger_logs.foreseen(results).text
    kept = 10 + 27 * len(results.params.questions)

    assert f">{kept * 1e11 / 1e12:.2f}<" in text
    assert "the snapshot, the events of each question and the splits of each question, in terabytes" in text
