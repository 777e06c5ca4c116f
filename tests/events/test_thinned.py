"""A log that is thinned keeps whole users, the same ones whatever its order and parts."""

import polars as pl
import pytest

from study.events import parts
from study.events.parts import Held, Saved
from study.events.spill import Shelf
from study.events.thinned import thinned
from study.paths import snapshot_file
from study.stages import look, snapshot
from tests.tiny import inside, tiny_log, tiny_params, write_workspace

LOG = tiny_log()


def kept(log: pl.DataFrame, most: int) -> pl.DataFrame:
    return pl.concat(thinned(Held(log), most, Shelf()))


def users(log: pl.DataFrame) -> set[str]:
    return set(log["user_id"])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_some_users_stay_with_all_of_their_events(share):
    most = round(LOG.height * share)
    some = kept(LOG, most)

    assert most / 2 < some.height <= most
    assert LOG.filter(pl.col("user_id").is_in(users(some))).equals(some)


def test_users_of_a_smaller_log_are_some_of_those_of_a_larger():
    few, more = (users(kept(LOG, LOG.height // part)) for part in (4, 2))

    assert few < more < users(LOG)


def test_a_log_that_is_small_enough_is_the_log_itself():
    whole = Held(LOG)

    assert thinned(whole, LOG.height, Shelf()) is whole
    assert thinned(whole, LOG.height - 1, Shelf()) is not whole


def test_one_user_stays_in_any_case():
    assert 1 == len(users(kept(LOG, 1)))


def test_neither_the_order_nor_the_parts_matter(tmp_path, monkeypatch):
    LOG.sort("user_id").write_parquet(tmp_path / "log.parquet")
    monkeypatch.setattr(parts, "PART", LOG.height // 5)
    some = thinned(Saved(tmp_path / "log.parquet"), LOG.height // 2, Shelf(tmp_path))
    expected = kept(LOG.sample(fraction=1, shuffle=True, seed=1), LOG.height // 2)

    assert len(list(some)) > 1
    assert users(expected) == users(pl.concat(some))
    assert Held(expected).bounds() == some.bounds()


def test_the_snapshot_and_the_card_of_the_check_are_those_of_the_users_that_stay(tmp_path, capsys):
    most = LOG.height // 2
    asked = tiny_params()["snapshot"] | {"most_events": most}
    write_workspace(tmp_path / "thin", LOG, snapshot=asked)
    write_workspace(tmp_path / "same", kept(LOG, most))
    made, said = [], []
    for folder in ("thin", "same"):
        with inside(tmp_path / folder):
            look.run(None)
            snapshot.run()
            made.append(pl.read_parquet(snapshot_file("tiny")))
        said.append(capsys.readouterr().out.splitlines())

    assert made[0].equals(made[1])
    assert 0 < made[0].height <= most
    assert said[0][0].endswith(f"; of a log of more than {most:,} events only some users are studied.")
    assert said[0][1:] == said[1][1:]


def test_a_user_stays_whose_events_make_it_as_many_as_are_asked_for():
    log = pl.DataFrame({"user_id": [name for name in "abc" for _ in range(10)]})

    assert [1, 2] == [len(users(kept(log, most))) for most in (19, 20)]
