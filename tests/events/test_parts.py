"""A log that is larger than memory: what its parts make is what it makes whole."""

import fcntl
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from study.errors import UserError
from study.events import parts, read, runs
from study.events.parts import Saved
from study.events.read import read_source, reading
from study.events.runs import Runs
from study.events.spill import spilling
from study.paths import SCRATCH, snapshot_file
from study.stages import features, look, snapshot, split
from tests.events.test_sources import FAULTS, HEAD, spec
from tests.tiny import in_small_parts, inside, tiny_log, tiny_params, write_workspace


@pytest.fixture
def small(monkeypatch):
    in_small_parts(monkeypatch, PARTS)


PARTS = 250


def outputs(folder: Path) -> dict[str, object]:
    """What the stages before `train` have written, decoded."""
    files = [path for path in sorted((folder / "data").rglob("*.*")) if path.is_file()]
    return {
        str(path.relative_to(folder)): pl.read_parquet(path).to_dict(as_series=False)
        if path.suffix == ".parquet"
        else path.read_text()
        for path in files
    }


def questions() -> dict[str, dict]:
    """Those of the study, one of them on a clock that is stretched."""
    asked = tiny_params()["questions"]
    asked["products"] = asked["products"] | {"horizon_days": None, "horizon_minutes": 6 * 24 * 60}
    return asked


def test_a_log_in_many_parts_makes_what_it_makes_whole(tmp_path, small, monkeypatch, capsys):
    log, found, said = tiny_log(), {}, {}
    for name, rows in (("whole", log.height), ("parts", PARTS)):
        monkeypatch.setattr(parts, "PART", rows)
        write_workspace(tmp_path / name, log.sample(fraction=1, shuffle=True, seed=rows), questions=questions())
        with inside(tmp_path / name):
            snapshot.run()
            for question in questions():
                split.run(question)
                features.run(question)
            found[name] = outputs(Path())
            look.run(None)
            said[name] = capsys.readouterr().out
            assert [] == list(SCRATCH.glob("*"))

    assert log.height > 6 * PARTS
    assert list(found["whole"]) == list(found["parts"])
    assert [] == [name for name, content in found["whole"].items() if content != found["parts"][name]]
    assert said["whole"] == said["parts"]


def test_the_bytes_of_a_large_snapshot_do_not_depend_on_the_order_of_its_source(tmp_path, small):
    written = []
    for seed in (1, 2):
        folder = tmp_path / f"[{seed}]"  # which is no pattern
        write_workspace(folder, tiny_log().sample(fraction=1, shuffle=True, seed=seed))
        with inside(folder):
            snapshot.run()
            written.append(snapshot_file("tiny").read_bytes())

    assert written[0] == written[1]


@pytest.mark.parametrize("look", [1, 2, 1_000])
def test_a_user_with_more_events_than_a_part_stays_whole(tmp_path, monkeypatch, look):
    monkeypatch.setattr(parts, "PART", 2)
    monkeypatch.setattr(parts, "LOOK", look)
    path = tmp_path / "sorted.parquet"
    users = ["a", "b", "b", "b", "b", "b", "c", "c", "c", "c"]
    pl.DataFrame({"user_id": users}).write_parquet(path)

    assert [["a"], ["b"] * 5, ["c"] * 4] == [part["user_id"].to_list() for part in Saved(path)]


@pytest.mark.parametrize("look", [1, 3, 1_000])
def test_a_part_ends_before_a_user_who_goes_on_behind_it(tmp_path, monkeypatch, look):
    monkeypatch.setattr(parts, "PART", 10)
    monkeypatch.setattr(parts, "LOOK", look)
    path = tmp_path / "sorted.parquet"
    users = ["a", *"b" * 4, *"c" * 7, *"d" * 3, "e"]
    pl.DataFrame({"user_id": users, "other": range(len(users))}).write_parquet(path)

    found = list(Saved(path, ["user_id"]))
    assert [["user_id"]] * len(found) == [part.columns for part in found]
    assert ["abbbb", "ccccccc", "ddde"] == ["".join(part["user_id"]) for part in found]


@pytest.mark.parametrize("step", [1, 3, 7, 1_000])
def test_ranges_across_runs_hold_each_user_whole_and_read_hardly_more(step, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "PART", 20)
    monkeypatch.setattr(runs, "STEP", step)
    log = Runs(lambda: tmp_path)
    drawn = np.random.default_rng(step).choice(list("abcdefghijklmnop"), p=[0.4, *[0.04] * 15], size=[6, 30])
    for users in drawn:
        log.add(pl.DataFrame({"user_id": users}))

    found = [part["user_id"].unique().to_list() for part in log]
    assert sorted(drawn.ravel()) == sorted(user for part in log for user in part["user_id"])
    assert len(set(drawn.ravel())) == sum(map(len, found))
    assert all(max(before) < min(after) for before, after in pairwise(found))
    looked = sum(rows for piece in log.pieces for _, _, rows in piece.args[0])
    assert drawn.size <= looked <= drawn.size + 2 * min(step, 30) * len(drawn) * len(log.pieces)


def in_pieces(path: Path, **changes) -> pl.DataFrame:
    with inside(path.parent), reading(spec(path, **changes), "test") as events:
        return pl.concat(events)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_as_if_the_file_were_read_whole(fault, tmp_path, monkeypatch):
    monkeypatch.setattr(read, "PIECE", 1)
    name, content = FAULTS[fault]
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError) as whole:
        read_source(spec(tmp_path / name))
    with pytest.raises(UserError) as pieces:
        in_pieces(tmp_path / name)

    assert str(whole.value) == str(pieces.value)


FORMS_THAT_CHANGE = {
    "a small number of milliseconds": ["99999999999", "1719792000000"],
    "whole nanoseconds, then with a fraction": ["1719792000000000999", "1719792000000001999.5"],
    "a day, then times with a zone": ["2024-07-01", "2024-07-01T00:00:00Z"],
    "a day, then times without": ["2024-07-01", "2024-07-01 00:00"],
    "times without a zone, then a day": ["2024-07-01 00:00", "2024-07-01"],
}


@pytest.mark.parametrize("times", FORMS_THAT_CHANGE)
def test_times_of_several_forms_are_read_as_if_the_file_were_read_whole(times, tmp_path, monkeypatch):
    monkeypatch.setattr(read, "PIECE", 1)
    rows = [f"{user},{time},buy,1,,\n" for user, time in enumerate(FORMS_THAT_CHANGE[times])]
    (tmp_path / "log.csv").write_text(HEAD + "".join(rows))

    assert read_source(spec(tmp_path / "log.csv")).equals(in_pieces(tmp_path / "log.csv"))


FORMS_THAT_CLASH = {
    "times without a zone, then with one": ["2024-07-01 00:00", "2024-07-01T00:00:00Z"],
    "numbers, then a day": ["1719792000", "2024-07-01"],
    "a day, then numbers": ["2024-07-01", "1719792000"],
}


@pytest.mark.parametrize("times", FORMS_THAT_CLASH)
def test_times_that_clash_far_from_each_other_are_refused_all_the_same(times, tmp_path, monkeypatch):
    monkeypatch.setattr(read, "PIECE", 1)
    rows = [f"{user},{time},buy,1,,\n" for user, time in enumerate(FORMS_THAT_CLASH[times])]
    (tmp_path / "log.csv").write_text(HEAD + "".join(rows))
    with pytest.raises(UserError) as whole:
        read_source(spec(tmp_path / "log.csv"))
    with pytest.raises(UserError) as pieces:
        in_pieces(tmp_path / "log.csv")

    assert str(whole.value) == str(pieces.value)


@pytest.mark.parametrize("moment", ["opened", "locked", "held"])
def test_a_folder_that_another_process_takes_for_one_that_was_left_is_not_handed_out(tmp_path, monkeypatch, moment):
    module, name = (os, "open") if moment == "opened" else (fcntl, "flock")
    does, taken, held = getattr(module, name), [], []

    def after_another(*given, **named):
        if not taken:
            taken.extend(SCRATCH.glob("spill-*"))
            if moment == "held":
                held.append(os.open(taken[0], os.O_RDONLY))
                does(held[0], fcntl.LOCK_EX)
            else:
                taken[0].rmdir()
        return does(*given, **named)

    monkeypatch.setattr(module, name, after_another)
    with inside(tmp_path):
        with spilling("snapshot") as folder, spilling("snapshot") as beside:
            own = folder()
            assert beside().is_dir()
            assert own.is_dir()
            assert [own] != taken
        for descriptor in held:
            os.close(descriptor)
        assert not own.exists()


def test_what_a_killed_process_spilled_is_removed_and_what_a_living_one_spills_stays(tmp_path):
    with inside(tmp_path):
        dead, alive = SCRATCH / "spill-snapshot.999999999", SCRATCH / "spill-snapshot.1"
        for folder in (dead, alive):
            folder.mkdir(parents=True)
        held = os.open(alive, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        with spilling("snapshot") as folder:
            own = folder()
            assert own.exists()
            assert [True, False] == [alive.exists(), dead.exists()]
        os.close(held)

        assert not own.exists()
