"""The page Scaling: the latest run of each benchmark, and lines through what was measured."""

from dataclasses import replace

import pytest

from study.errors import UserError
from study.exhibits import cost_model, measurements, scaling, speed
from study.params import load

ORIGIN = {"date": "2026-01-02T03:04:05+00:00", "revision": "abc", "machine": "<b>M</b>", "cores": 4, "versions": {}}


def spent(seconds, peak):
    return {"seconds": seconds, "peak_mb": peak}


def sized(per_event):
    """Stages that take a second and so many seconds per event; the files hold 30 bytes of each."""
    sizes = {
        events: dict.fromkeys(["plain", *cost_model.STAGES], spent(1 + per_event * events, 100))
        for events in (10, 1000)
    }
    kept = {"log": 50_000, "snapshot": 10_000, "events": 20_000}
    return ORIGIN | {"events": sizes, "bytes": {1000: kept}, "catalogue": {}}


def trained(rate):
    spread = {"median": rate, "least": rate, "most": rate}
    told = {"events_per_second": spread, "operations_per_event": 1e6, "share_of_rate": spread | {"median": 0.5}}
    return ORIGIN | {"products_per_second": 1e11, "variants": {"sum-horizon": told}, "bare": {"blocks: 2, bf16": told}}


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
    assert "foresee the largest with an error of at most 25 %" in scaling.foreseen(made()).text


def test_the_steps_of_each_loss_are_told_apart_from_those_on_the_page_catalogue(logged):
    logged("size", sized(0.25) | {"catalogue": {100: {"score": spent(0.1, 1), "softmax": spent(0.2, 2)}}})
    text = scaling.catalogue().text

    assert "The steps on the page Catalogue are another measurement" in text
    assert "each from one run" in text and "each measured once" in scaling.sizes().text
    assert ">200.00<" in text


def test_two_sizes_tell_no_error_and_one_no_line(logged, made):
    logged("size", sized(0.25))
    logged("training", trained(50_000))
    assert "(error \N{EN DASH}: it takes three sizes to tell)" in scaling.foreseen(made()).text

    one = sized(0.25)
    del one["events"][10]
    logged("size", one)
    assert "Lines take two sizes of the log" in scaling.foreseen(made()).text
    assert "How seconds grow takes two sizes to tell, and one alone was measured." in scaling.sizes().text


def test_what_the_model_leaves_out_is_said(logged, made):
    logged("size", sized(0.25))
    logged("training", trained(50_000))
    text = scaling.foreseen(made()).text

    assert "memory is that of a partition and of one numeric column; training holds its span whole" in text
    assert "<code>score</code>, the readings of select and <code>compare</code>, which grow with users" in text
    assert "this version divides separate fits alone" in text
    assert "without loss" not in text


def test_the_exponent_tells_linear_from_quadratic(logged):
    steep = sized(1.0)
    steep["events"] = {events: {"split": spent(events**2, 1)} for events in (10, 1000)}
    logged("size", steep)

    assert pytest.approx(2.0) == cost_model.exponent(measurements.latest("size", measurements.Sizes), "split")


def test_halved_trials_read_the_rest_alone():
    budget = load().budgets.default.main.model_copy(update={"trials": 8, "rungs": [0.25, 0.5], "seeds": 5})

    assert 8 * (0.25 + 0.25 / 2 + 0.5 / 4) + 5 == pytest.approx(cost_model.passes(budget))


def test_work_is_divided_among_all_cores_of_all_machines_of_a_day():
    assert pytest.approx(2.5) == cost_model.machines(10 * 24 * 3600, cores=4)


def test_larger_logs_take_what_the_measurements_say(logged, made):
    results = made()
    logged("size", sized(3.6e-6))
    logged("training", trained(50_000))
    text = scaling.foreseen(results).text
    hours = cost_model.passes(results.budget) * 1e11 / 50_000 / 3600

    assert f">{hours:,.0f}<" in text
    assert "flat-horizon" not in text


@pytest.mark.parametrize(("asked", "stages", "kept"), [(["categories"], 4, 30), (["categories", "coupons"], 6, 50)])
def test_every_question_has_a_split_and_features_of_its_own(logged, made, asked, stages, kept):
    """Two of four stages, and 20 of 30 bytes, are once for each."""
    results = made()
    questions = {name: results.params.questions[name] for name in asked}
    results = replace(results, params=results.params.model_copy(update={"questions": questions}))
    logged("size", sized(3.6e-6))
    logged("training", trained(50_000))
    text = scaling.foreseen(results).text

    assert f">{stages * 3.6e-6 * 1e9 / 3600:,.0f}<" in text
    assert f">{kept * 1e11 / 1e12:.2f}<" in text
    assert f"for each of {len(asked)} questions" in text or len(asked) == 1


def test_seconds_of_the_clock_are_told_where_every_stage_has_them(logged):
    unwatched, watched = sized(0.25), sized(0.25)
    for one in watched["events"][1000].values():
        one["clock"] = 60
    logged("size", unwatched)
    assert "of the clock" not in scaling.sizes().text
    logged("size", unwatched, watched)

    assert "One after the other they take 4.0 min of the clock on 4 cores." in scaling.sizes().text


def test_the_stages_together_are_held_against_a_plain_scan_sort_and_write(logged):
    """Four stages of twice the seconds of plain, and of three times its clock."""
    sizes = sized(0.25)
    plain = {"seconds": 10, "clock": 4, "peak_mb": 1}
    sizes["events"][1000] = {"plain": plain} | dict.fromkeys(cost_model.STAGES, plain | {"seconds": 20, "clock": 12})
    told = "take 8.0 times the processor seconds of the plain scan, sort and write"
    logged("size", sizes)
    assert f"{told}, and 12.0 times its seconds of the clock." in scaling.sizes().text

    del sizes["events"][1000]["plain"]["clock"]
    logged("size", sizes)
    assert f"{told}." in scaling.sizes().text
    del sizes["events"][1000]["plain"]
    logged("size", sizes)
    assert "Together" not in scaling.sizes().text


def test_the_last_run_counts_and_its_machine_is_named_as_text(logged):
    logged("training", trained(1), trained(23_456))
    text = speed.training().text

    assert 2 == text.count("23,456 (23,456 to 23,456)")
    assert "bare stack, blocks: 2, bf16" in text
    assert "&lt;b&gt;M&lt;/b&gt;" in text
    assert "<b>" not in text


@pytest.mark.parametrize(("rates", "is_turned"), [((60_000, 40_000), True), ((40_000, 60_000), False)])
def test_which_flat_model_is_dearer_is_told_of_both_logs(rates, is_turned, logged, made):
    """Here flat-next takes 24 s for 8 rounds, and flat-horizon 8 s."""

    def change(written):
        for variant, spent_ in (("flat-next", 24), ("flat-horizon", 8)):
            written["tuning.json"][variant] |= {"rounds": 8, "last_round": 8}
            written[f"cost/{variant}.json"] |= {"refit_seconds": spent_}

    told = [trained(rate)["variants"]["sum-horizon"] for rate in rates]
    logged("training", trained(1) | {"variants": dict(zip(speed.FLAT, told, strict=True))})
    text = speed.on_this_log(made(change)).text

    assert f"reads {rates[0] / rates[1]:.1f} times as many events a second as" in text
    assert "a refit takes 3.0 s of <code>flat-next</code> and 1.0 s of <code>flat-horizon</code>" in text
    assert is_turned == ("which of the two is dearer depends on the log and on the settings." in text)
    assert "on a simulated log, the world shop, on one thread" in speed.training().text


def test_a_benchmark_without_both_flat_models_compares_none(logged, made):
    assert "" == speed.on_this_log(made()).text
    logged("training", trained(1))
    assert "" == speed.on_this_log(made()).text


@pytest.mark.parametrize(
    "part",
    [
        scaling.sizes,
        scaling.catalogue,
        speed.training,
        speed.tuning,
        speed.workers,
        speed.ranking,
        speed.loop,
        speed.peers,
    ],
)
def test_what_was_not_measured_names_the_command_that_does(part, logged):
    assert "Not measured yet: <code>python benchmarks/" in part().text


def test_what_an_engine_adds_is_told_with_the_start_of_its_workers_and_without(logged):
    first, again = ({"first_result": s, "whole": 5 * s, "added_per_task": s / 8} for s in (1.5, 0.25))
    asked = {"engine": "loky", "workers": 2, "tasks": 40, "seconds": 0.25}
    logged("workers", ORIGIN | asked | {"first": first, "again": again})
    text = speed.workers().text

    assert [">1.500<" in row for row in text.split("<tr>")[2:4]] == [True, False]
    assert ">0.031<" in text
    assert "40 tasks that sleep 0.25 s each, on 2 workers of loky" in text


def test_a_broken_line_is_one_message_that_names_it(logged):
    logged("training", trained(1), {"date": "2026"})

    with pytest.raises(UserError, match=r"log/training.jsonl: line 2: revision: Field required; run python"):
        speed.training()
