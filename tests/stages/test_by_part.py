"""Parts of a log as tasks: by whom they are done does not show in what comes out."""

import os
import signal
from contextlib import closing
from functools import partial

import polars as pl
import pytest

from study.errors import UserError
from study.events.parts import Held, Parts, Piece
from study.params.engine import Engine
from study.stages import by_part as module
from study.stages.by_part import by_part

LOG = pl.DataFrame({"user_id": ["a", "a", "b", "d"]})


class Given(Parts):
    """A log in the parts that are given."""

    def __init__(self, tables: list[pl.DataFrame]) -> None:
        self.tables = tables

    @property
    def pieces(self) -> list[Piece]:
        return [partial(pl.DataFrame, table) for table in self.tables]

    def bounds(self) -> tuple[int, int]:
        return 0, 0


def parts() -> Given:
    """The second one is empty."""
    return Given([LOG[:2], LOG[:0], LOG[2:3], LOG[3:]])


def users_of():
    """A task that says who did it. What is made in a function travels to a worker by its code."""

    def work(part: pl.DataFrame) -> tuple[list[str], int]:
        return part["user_id"].to_list(), os.getpid()

    return work


def found(workers: int, monkeypatch) -> tuple[list[list[str]], set[int]]:
    monkeypatch.setattr(module, "cpu_count", lambda: workers)
    users, processes = zip(*by_part(parts(), users_of(), Engine(), "parts"), strict=True)
    return list(users), set(processes)


def test_results_come_in_the_order_of_the_parts_and_empty_ones_are_left_out(monkeypatch):
    alone, here = found(1, monkeypatch)
    divided, there = found(2, monkeypatch)

    assert [["a", "a"], ["b"], ["d"]] == alone == divided
    assert {os.getpid()} == here
    assert os.getpid() not in there


def test_the_only_part_stays_in_this_process():
    ((users, process),) = by_part(Held(LOG), users_of(), Engine(), "parts")

    assert (["a", "a", "b", "d"], os.getpid()) == (users, process)


def test_no_more_workers_than_there_are_parts_cores_and_memory_for(monkeypatch, tmp_path):
    pages = {"SC_PHYS_PAGES": 9 * module.ROOM // 4096, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr(os, "sysconf", pages.get)
    monkeypatch.setattr(module, "cpu_count", lambda: 64)
    monkeypatch.setattr(module, "LIMIT", tmp_path / "memory.max")

    assert 8 == module._workers(Engine(), 100)
    assert 3 == module._workers(Engine(), 3)
    module.LIMIT.write_text("max\n")
    assert 8 == module._workers(Engine(), 100)
    module.LIMIT.write_text(f"{3 * module.ROOM}\n")
    assert 2 == module._workers(Engine(), 100)
    pages["SC_PHYS_PAGES"] = 1
    assert 1 == module._workers(Engine(), 100)
    assert -1 == module._workers(Engine(name="ray"), 100)
    monkeypatch.setattr(module, "cpu_count", lambda: 5)
    pages["SC_PHYS_PAGES"] = 9 * module.ROOM // 4096
    module.LIMIT.unlink()
    assert 5 == module._workers(Engine(), 100)


def test_workers_are_no_more_than_some_parts_ahead_of_who_takes_the_results(monkeypatch):
    handed = []

    def run_all(tasks, workers, engine):
        handed.append(len(tasks))
        return ((number, task()) for number, task in enumerate(tasks))

    monkeypatch.setattr(module, "run_all", run_all)
    monkeypatch.setattr(module, "cpu_count", lambda: 2)
    monkeypatch.setattr(module, "AHEAD", 1)
    results = by_part(parts(), users_of(), Engine(), "parts")
    next(results)

    assert [2] == handed
    assert 2 == len(list(results))
    assert [2, 2] == handed


def test_one_that_is_left_in_mid_log_ends_in_silence(monkeypatch, recwarn):
    monkeypatch.setattr(module, "cpu_count", lambda: 2)
    several = Given([LOG] * 12)
    with closing(by_part(several, users_of(), Engine(), "parts")) as results:
        next(results)

    assert [] == [str(warning.message) for warning in recwarn]


def test_a_part_asks_a_cluster_for_no_gpu(monkeypatch):
    asked = []

    def run_all(tasks, workers, engine):
        asked.append((workers, engine))
        return ((number, task()) for number, task in enumerate(tasks))

    monkeypatch.setattr(module, "run_all", run_all)

    assert 3 == len(list(by_part(parts(), users_of(), Engine(name="ray", gpus=0.5), "parts")))
    assert [(-1, Engine(name="ray"))] == asked


def test_a_fault_in_a_part_is_told_as_it_is(monkeypatch):
    def refuse(part: pl.DataFrame) -> None:
        raise UserError(f"{part['user_id'][0]} is refused")

    monkeypatch.setattr(module, "cpu_count", lambda: 2)
    with pytest.raises(UserError, match=r"^\w is refused$"):
        list(by_part(parts(), refuse, Engine(), "parts"))


def test_a_part_whose_worker_dies_at_every_attempt_is_named(monkeypatch):
    def die(part: pl.DataFrame) -> str:
        if part["user_id"][0] == "b":
            os.kill(os.getpid(), signal.SIGKILL)
        return "done"

    monkeypatch.setattr(module, "cpu_count", lambda: 2)
    with pytest.raises(UserError, match=r"^parts of the log: its worker died .*most_events.* begins anew$"):
        list(by_part(parts(), die, Engine(), "parts of the log"))
