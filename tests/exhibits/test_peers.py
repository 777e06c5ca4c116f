"""The page Scaling: this study beside other libraries."""

import pytest

from study.exhibits import peers
from tests.exhibits.pairing import text
from tests.exhibits.test_scaling import ORIGIN
from tests.exhibits.test_speed import spread


def sided(rates, **changes):
    """A side that reached a recall of 0.25 after a minute, uncut."""
    return {"rates": rates, "best_recall": 0.25, "seconds_to_best": 60, "peak_mb": 900, "parameters": 7} | changes


SHAPE = dict.fromkeys(["width", "blocks", "feed_forward", "context", "batch"], 64) | {"dropout": 0.2, "users": None}


def line(settings=(), **sides):
    """A line of the log with some sides."""
    told = {"peers": {"theirs": "1.2 2.3+cpu 1.26"}, "settings": SHAPE | dict(settings)}
    return ORIGIN | told | {"sides": {side.replace("_", "-"): row for side, row in sides.items()}}


@pytest.fixture
def beside(logged):
    """What is shown of sides that a test names, the only ones that the log has."""

    def make(**sides):
        logged("peers", line(**sides))
        return peers.sides().text

    return make


RATE = {"events": spread(40_000, 39_000, 41_000), "targets": spread(310, 300, 320), "cores": spread(0.96, 0.9, 1)}


def test_sides_are_told_with_what_was_cut_and_what_was_never_reached(beside):
    text = beside(mine=sided({1: RATE}, is_cut=True), theirs=sided({2: RATE}))

    assert text.index(">recall@10<") < text.index(">events a second")
    assert "40,000 (39,000 to 41,000)" in text
    assert "310 (300 to 320)" in text
    assert "targets a second, 1 thread" in text
    assert ">1.0<" in text
    assert [True, False] == ["+</td>" in row for row in text.split("<tr>")[2:4]]
    assert "theirs 1.2 torch 2.3+cpu numpy 1.26" in text


def test_a_peer_is_held_against_equal_settings_alone(beside):
    reached = {"downfunnel": 50, "downfunnel-own": 20}
    shown = beside(
        downfunnel=sided({1: RATE}), downfunnel_own=sided({1: RATE}), theirs=sided({}, ours_to_its_best=reached)
    )

    assert "50 s</td>" in shown
    assert "20 s</td>" not in shown
    assert "has the same shape, but the batches, learning rate, dropout, heads and thinning by age" in text(shown)
    assert "has the same shape" not in beside(downfunnel=sided({1: RATE}))


def test_a_side_of_another_objective_says_what_it_is(beside):
    equal, anchor = sided({1: RATE}), {"downfunnel_horizon": sided({1: RATE})}
    alone, with_it = (text(beside(downfunnel=equal, **others)) for others in ({}, anchor))

    assert "that learn the next line with the full softmax" in alone
    assert "the next line, downfunnel-horizon the key actions of the next days with the full softmax" in with_it
    assert [False, True] == ["with the objective of the study's anchor" in told for told in (alone, with_it)]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "the others drop out the weights of attention too, with probability 0.2, this study does not."),
        ({"attention_dropout": 0.0}, "no side drops out the weights of attention."),
    ],
)
def test_dropout_of_the_weights_of_attention_is_told_as_the_line_has_it(settings, expected, logged):
    logged("peers", line(settings, theirs=sided({1: RATE})))

    assert expected in text(peers.sides())


def test_what_a_library_of_prefixes_computes_for_a_target_is_counted(beside):
    recbole = sided({1: RATE | {"targets": spread(400, 300, 500)}})

    assert "the prefixes of 64 targets, of which 100 positions are real on average." in text(beside(recbole=recbole))
    assert "real on average" not in beside(theirs=sided({1: RATE}))


def rates(*events: int):
    """Of one thread, of two, and so on."""
    one = spread(1, 1, 1)
    return {n: {"events": spread(e, e, e), "targets": one, "cores": one} for n, e in enumerate(events, start=1)}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (
            {"downfunnel": 50, "downfunnel-own": 20},
            "It reached the best recall of theirs, 0.2500 after 60 s on select, after 50 s in its own run; "
            "that recall was reached by downfunnel-own after 20 s (0.33 of the seconds of theirs).",
        ),
        (
            {"downfunnel": None, "downfunnel-own": 20},
            "It is behind theirs, whose best recall, 0.2500 after 60 s on select, it did not reach in its own run; "
            "that recall was reached by downfunnel-own after 20 s (0.33 of the seconds of theirs).",
        ),
        (
            {"downfunnel": None, "downfunnel-own": 20, "downfunnel-horizon": 6},
            "did not reach in its own run; that recall was reached by downfunnel-own after 20 s (0.33 of the "
            "seconds of theirs) and by downfunnel-horizon after 6.0 s (0.10 of the seconds of theirs).",
        ),
        ({"downfunnel": None, "downfunnel-own": None}, "0.2500 after 60 s on select, it did not reach in its own run."),
    ],
)
def test_this_study_is_held_against_the_fastest_of_the_others_in_a_sentence(beside, after, expected):
    ours, theirs, slow = rates(300, 400), rates(200, 800), rates(100, 100)
    shown = text(beside(downfunnel=sided(ours), theirs=sided(theirs, ours_to_its_best=after), slow=sided(slow)))

    rate = "The rate of downfunnel is on 1 thread 1.5 times that of theirs and on 2 threads 0.5 times that of theirs"
    assert f"{rate}, the fastest of the others. " in shown
    assert expected in shown


def test_a_bare_stack_says_what_its_layers_leave_room_for_and_is_no_library(beside):
    ours, theirs, bare = sided(rates(300, 400)), sided(rates(200, 800)), {"rates": rates(460, 240)}
    shown, without = (text(beside(downfunnel=ours, theirs=theirs, **more)) for more in ({"bare_stack": bare}, {}))

    assert "The rate of downfunnel is on 1 thread 1.5 times that of theirs and on 2 threads 0.5 times" in shown
    assert "with nothing added and no padding, is on 1 thread 2.3 times that of theirs and 1.5 times that of " in shown
    assert "; on 2 threads 0.3 times that of theirs and 0.6 times that of downfunnel." in shown
    assert "bare-stack is not judged: it reads rows of items drawn at random, all of them whole, drops nothing" in shown
    assert "nothing added" not in without and "not judged" not in without
    assert "nothing added" not in text(beside(downfunnel=ours, theirs=theirs, bare_stack={"rates": {}}))


@pytest.mark.parametrize("after", [50, None])
@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        ((False, False), ""),
        ((True, False), "; the run of downfunnel was ended by its limit, soon after a best round"),
        ((False, True), "; the run of theirs was ended by its limit, soon after a best round"),
        ((True, True), "; the runs of downfunnel and theirs were ended by their limits, soon after a best round"),
    ],
)
def test_a_run_that_was_ended_by_its_limit_is_told_of_either_side(beside, after, cut, expected):
    ours, theirs = (
        sided(rates(1), is_cut=is_cut, curve=[[n, 0.2] for n in range(count)])
        for is_cut, count in zip(cut, (7, 5), strict=True)
    )
    shown = text(beside(downfunnel=ours, theirs=theirs | {"ours_to_its_best": {"downfunnel": after}}))

    assert "0.2500 after 60 s, the best of its 5 rounds on select, " in shown
    assert f" in a run of 7 rounds{expected}. Each side that is judged has one long run, with one seed. " in shown
    assert (expected != "") == ("soon after a best round" in shown)


def test_earlier_lines_of_the_same_machine_and_settings_say_how_often_it_came_out_so(logged):
    def run(day, after, **changes):
        told = line(downfunnel=sided(rates(1)), theirs=sided(rates(1), ours_to_its_best={"downfunnel": after}))
        return told | {"date": f"2026-01-{day}T00:00:00+00:00"} | changes

    last, others = run("09", None), [run("01", 50, machine="N"), run("02", 50, settings=SHAPE | {"seconds": 45})]
    logged("peers", *others, run("03", 50, changed=["users"]), last)
    alone = text(peers.sides())
    logged("peers", *others, run("03", 50), run("04", None), run("05", 40), last)

    assert "No earlier line of the log has the same machine, settings and releases." in alone
    assert "In 3 earlier lines of the log with the same machine, settings and releases" in text(peers.sides())
    assert "reached the best recall of theirs in 2." in text(peers.sides())


def test_a_benchmark_of_one_side_is_held_against_none(beside):
    assert "The rate of" not in beside(downfunnel=sided(rates(1)))
    assert "The rate of" not in beside(theirs=sided(rates(1)))
