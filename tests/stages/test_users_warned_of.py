"""`check` names the users who are hardly one person: ids that stand for nobody, and a good part of all events."""

import polars as pl
import pytest

from study.events.facts import counted_in, facts_of
from study.params import load
from tests.stages.own_log import funnel, workspace
from tests.stages.test_look import checked

__all__ = ["workspace"]
NOBODY = "is a user as any other; where no user is meant leave out the rows of such events"
ZEROS = "00000000-0000-0000-0000-000000000000"
USERS = 400


def known(every: int, written: str) -> pl.DataFrame:
    """A log of users who are called by names; of one event in so many the user is written otherwise."""
    is_other = pl.int_range(pl.len()) % every == 0
    names = pl.format("u{}", "customerId")
    return funnel(USERS).with_columns(customerId=pl.when(is_other).then(pl.lit(written)).otherwise(names))


@pytest.mark.parametrize("written", ["null", "undefined", "(not set)", "N/A", "Unknown", "-", ZEROS, "0"])
def test_an_id_that_stands_for_nobody_is_warned_of_with_its_events(workspace, capsys, written):
    said = checked(known(100, written), capsys)

    assert f"warning: customerId: '{written}' (120 events) {NOBODY}." in said


def test_ids_that_stand_for_nobody_are_told_together(workspace, capsys):
    log = known(100, "null").with_columns(customerId=pl.col("customerId").replace("u7", "(none)"))
    few = (log["customerId"] == "(none)").sum()
    said = checked(log, capsys)

    assert f"customerId: 'null' (120 events) and '(none)' ({few} events) are users as any others; where" in said


@pytest.mark.parametrize("written", ["nullable", "u0", "00a0", "none at all"])
def test_an_id_of_a_few_events_that_only_resembles_nothing_is_not_warned_of(workspace, capsys, written):
    assert "customerId" not in checked(known(100, written), capsys)


def test_a_zero_is_a_user_where_users_are_counted_from_it(workspace, capsys):
    """There is one in the log as it is, with about as many events as each of the others."""
    log = funnel(USERS)
    assert 0 in log["customerId"]

    assert "customerId" not in checked(log, capsys)


@pytest.mark.parametrize(("every", "is_told"), [(19, True), (22, False)])
def test_a_user_with_more_than_a_twentieth_of_the_events_of_many_is_warned_of(workspace, capsys, every, is_told):
    log = known(every, "guest")
    count = (log["customerId"] == "guest").sum()
    told = f"warning: customerId: 'guest' has {count:,} of 12,000 events of 401 users; where that is no person, but "

    assert is_told == (told in checked(log, capsys))


def test_of_few_users_one_may_have_a_good_part_of_the_events(workspace, capsys):
    is_busy = pl.int_range(pl.len()) % 10 == 0
    log = funnel(200).with_columns(customerId=pl.when(is_busy).then(7).otherwise("customerId"))

    assert "customerId" not in checked(log, capsys)


def test_who_stands_for_nobody_is_told_once_however_many_events_that_are(workspace, capsys):
    said = checked(known(4, "null"), capsys)

    assert 1 == sum("customerId" in line for line in said.splitlines())


def test_who_is_busy_is_known_whichever_part_of_the_log_has_them(workspace):
    """A user is in one part alone; the ids of others are not held."""
    log = pl.DataFrame({"user_id": [f"{n}" for n in range(1000)] + ["none"] * 9}).with_columns(
        event_type=pl.lit("view"), timestamp=pl.datetime(2024, 1, 1, time_zone="UTC")
    )
    busy = pl.concat([log, *[log.filter(pl.col("user_id") == "7")] * 200])
    parts = [part for _, part in busy.group_by(pl.col("user_id").str.len_chars() % 2)]
    spec = load().snapshot.model_copy(update={"attributes": {}})
    noted = facts_of((counted_in(part, spec) for part in parts), spec).users.noted

    assert {("7", 201), ("none", 9), ("0", 1)} <= set(noted.iter_rows())
    assert 43 > len(noted)
