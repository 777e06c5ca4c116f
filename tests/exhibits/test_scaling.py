"""The page Scaling: the latest run of each benchmark, and which that is."""

import pytest

from study.errors import UserError
from study.exhibits import cost_model, larger_logs, measurements, peers, scaling, speed

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


def test_the_steps_of_each_loss_are_told_apart_from_those_on_the_page_catalogue(logged):
    logged("size", sized(0.25) | {"catalogue": {100: {"score": spent(0.1, 1), "softmax": spent(0.2, 2)}}})
    text = scaling.catalogue().text

    assert "The steps on the page Catalogue are another measurement" in text
    assert "the mean over its queries in one pass, the first;" in text
    assert "each measured once" in scaling.sizes().text
    assert ">200.00<" in text


def test_seconds_of_a_query_are_told_with_the_passes_that_they_are_the_median_of(logged):
    logged("size", sized(0.25) | {"catalogue": {100: {"score": spent(0.1, 1) | {"passes": 5}}}})

    assert "the median over its queries in 5 passes after a first one, on one thread;" in scaling.catalogue().text


@pytest.mark.parametrize(("part", "shown"), [("catalogue", (222, 300)), ("events", (111, 400)), ("items", (111, 400))])
def test_each_part_of_the_sizes_is_shown_by_the_last_run_of_its_own_arguments(part, shown, logged):
    """The second run measured another log, or another catalogue."""

    def run(size, candidates, **changes):
        kept = sized(0.25)
        kept["events"][1000] = dict.fromkeys(cost_model.STAGES, spent(size, 1))
        return kept | {"catalogue": {candidates: {"score": spent(0.1, 1)}}} | changes

    logged("size", run(111, 300), run(222, 400, changed=[part]))

    assert f">{shown[0]}.0<" in scaling.sizes().text
    assert f">{shown[1]}<" in scaling.catalogue().text


def test_the_last_run_with_the_largest_log_of_all_is_shown_and_foreseen_from(logged, made):
    """The last but one has a smaller log, the last one other arguments."""
    small, other = sized(4.0), sized(9.0) | {"changed": ["events"]}
    del small["events"][1000]
    other["events"][10_000] = other["events"][1000]
    logged("size", sized(1.0), sized(3.0), small, other)
    logged("training", trained(50_000))
    results = made()
    stages = 2 + 2 * len(results.params.questions)

    assert ">3001.0<" in scaling.sizes().text
    assert f">{stages * 3 * 1e9 / 3600:,.0f}<" in larger_logs.foreseen(results).text


def test_sizes_without_a_log_are_not_measured(logged, made):
    logged("size", sized(0.25) | {"events": {}, "bytes": {}})

    assert "Not measured yet" in scaling.sizes().text
    assert "Not measured yet" in larger_logs.foreseen(made()).text


def test_seconds_of_a_stage_that_was_repeated_are_told_with_their_spread(logged):
    sizes = sized(0.25)
    more = {"repeats": 3, "spread": {"median": 30, "least": 28, "most": 37}}
    sizes["events"][10] = dict.fromkeys(cost_model.STAGES, spent(30, 1) | more)
    logged("size", sizes)
    text = scaling.sizes().text

    assert "30.0 (28.0 to 37.0)" in text and ">251.0<" in text
    assert "each measured once, or 3 times where the least and the most seconds stand beside the median;" in text


def test_a_run_of_other_arguments_replaces_no_published_one(logged):
    logged("training", trained(11_111), trained(22_222) | {"changed": ["users", "repeats"]})

    assert "11,111 (" in speed.training().text
    assert "22,222 (" not in speed.training().text


def test_a_run_that_ended_at_another_revision_than_it_began_names_both(logged):
    logged("training", trained(1) | {"revision_at_end": "def"})

    told = "at revision <code>abc</code>, which was <code>def</code> at its end, on"
    assert told in speed.training().text


def test_the_exponent_tells_linear_from_quadratic(logged):
    steep = sized(1.0)
    steep["events"] = {events: {"split": spent(events**2, 1)} for events in (10, 1000)}
    logged("size", steep)

    assert pytest.approx(2.0) == cost_model.exponent(measurements.latest("size", measurements.Sizes), "split")


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
    told = "take 8.0 times the processor seconds{} of the plain scan, sort and write"
    logged("size", sizes)
    assert f"{told.format(' and 12.0 times the seconds of the clock')}." in scaling.sizes().text

    del sizes["events"][1000]["plain"]["clock"]
    logged("size", sizes)
    assert f"{told.format('')}." in scaling.sizes().text
    assert "plain kept" not in scaling.sizes().text
    sizes["events"][1000]["plain kept"] = plain | {"seconds": 5}
    logged("size", sizes)
    assert "as the stages do, they take 16.0 times the processor seconds" in scaling.sizes().text
    assert "plain kept the same where its allocator keeps what is freed" in scaling.sizes().text
    del sizes["events"][1000]["plain"]
    logged("size", sizes)
    assert "Together" not in scaling.sizes().text


def test_the_last_run_counts_and_its_machine_is_named_as_text(logged):
    logged("training", trained(1), trained(23_456))
    text = speed.training().text

    assert 2 == text.count("23,456 (23,456 to 23,456)")
    assert "bare stack, blocks: 2, bf16" in text
    assert "attention counts all pairs of positions" in text and "events that are spared are" in text
    assert "&lt;b&gt;M&lt;/b&gt;" in text
    assert "<b>" not in text


@pytest.mark.parametrize(
    ("rates", "told"),
    [
        ({64: (100, 90), 128: (60, 90)}, "is faster at width 128."),
        ({64: (100, 120), 128: (60, 90)}, "is faster at width 64 and 128."),
        ({64: (100, 90)}, "is faster at none of these widths."),
    ],
)
def test_at_which_widths_bf16_is_faster_is_told(rates, told, logged):
    bare = {f"blocks: 2, {name}": told for name, told in both(80, 60).items()}
    logged("training", trained(1) | {"bare": bare, "widths": {width: both(*pair) for width, pair in rates.items()}})
    text = speed.precisions().text

    assert told in text
    assert "by default, as the bare stacks above, bf16 is 0.75 times as fast." in text
    assert all(f">{bf16 / fp32:.2f}<" in text for fp32, bf16 in rates.values())


def test_a_line_without_other_widths_tells_nothing_of_precisions(logged):
    assert "" == speed.precisions().text
    logged("training", trained(1))
    assert "" == speed.precisions().text


def both(fp32, bf16):
    """A bare stack of one width, by precision."""
    return {name: trained(rate)["variants"]["sum-horizon"] for name, rate in (("fp32", fp32), ("bf16", bf16))}


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
        speed.revisions,
        speed.workers,
        speed.ranking,
        speed.loop,
        peers.sides,
    ],
)
def test_what_was_not_measured_names_the_command_that_does(part, logged):
    assert "Not measured yet: <code>python benchmarks/" in part().text


def test_an_earlier_revision_is_held_against_a_later_one_by_seconds_and_by_what_both_reach(logged):
    sides = {"one": ((8.0, 0.25), (2.0, 0.26)), "two": ((4.0, 0.31), (4.0, 0.28))}
    rows = {
        variant: {side: dict(zip(("seconds", "select"), told, strict=True)) for side, told in named.items()}
        for variant, (before, after) in sides.items()
        for named in [{"before": before, "after": after}]
    }
    asked = {"before": "abc", "arm": "main", "budget": {"trials": 2, "seeds": 1}}
    logged("revisions", ORIGIN | asked | {"variants": rows})
    text = speed.revisions().text

    told = (
        "All 2 variants of the arm <code>main</code> whose entry of the roster is the same at revision <code>abc</code>"
    )
    assert told in text
    assert "took 12 s there and take 6.0 s here" in text and ": 2.00 times as fast" in text
    assert "changed by \N{MINUS SIGN}0.0100 on average" in text
    assert [">4.00<" in row for row in text.split("<tr>")[2:4]] == [True, False]
    assert "the same of the budget: trials 2, seeds 1)" in text


def test_what_an_engine_adds_is_told_with_the_start_of_its_workers_and_without(logged):
    first, again = ({"first_result": s, "whole": 5 * s, "added_per_task": s / 8} for s in (1.5, 0.25))
    asked = {"engine": "loky", "workers": 2, "tasks": 40, "seconds": 0.25}
    logged("workers", ORIGIN | asked | {"first": first, "again": again})
    text = speed.workers().text

    assert [">1.500<" in row for row in text.split("<tr>")[2:4]] == [True, False]
    assert ">0.031<" in text
    assert "40 tasks that sleep 0.25 s each, on 2 workers of loky, once: until" in text


def test_what_an_engine_adds_is_told_with_the_spread_of_its_repeats(logged):
    row = {key: {"median": 0.5, "least": 0.25, "most": 1.5} for key in ("first_result", "whole", "added_per_task")}
    asked = {"engine": "ray", "workers": 2, "tasks": 40, "seconds": 0.25, "repeats": 3}
    logged("workers", ORIGIN | asked | {"first": row, "again": row})
    text = speed.workers().text

    assert "0.500 (0.250 to 1.500)" in text
    assert "on 2 workers of ray, 3 times (median, least and most): until" in text


def test_a_broken_line_is_one_message_that_names_it(logged):
    logged("training", trained(1), {"date": "2026"})

    told = (
        r"log/training.jsonl: line 2: revision: Field required; restore the file from git, or remove that line and run "
    )
    with pytest.raises(UserError, match=f"{told}python benchmarks/training.py$"):
        speed.training()
