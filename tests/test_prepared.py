"""What is derived from events is made once; others find it as it was made, and only for the same inputs."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pytest
from filelock import FileLock

from study import prepared
from study.events.log import Log
from study.features.training_rows import kept_rows
from study.features.vocabulary import Vocabulary
from study.models.data import read_refit
from study.models.factory import build_model
from study.models.user_rows import training_rows as user_rows
from study.params import Params, load
from study.prepared import Prepared, Stopwatch, kept
from study.questions.development import read_development
from study.stages import score
from tests.tiny import inside, prepare, tiny_log, train_and_score, write_workspace

VARIANTS = ["sum-horizon-repeat", "lightgbm-lambdarank", "who-lightgbm-binary"]


def no_more(*_) -> None:
    raise AssertionError("made again")


@pytest.fixture(autouse=True)
def room(monkeypatch):
    """However full the disk is that tests run on."""
    monkeypatch.setattr(prepared, "ROOM", 0)


@pytest.fixture
def memo(tmp_path) -> Prepared:
    return Prepared(tmp_path / "memo")


@pytest.mark.parametrize(
    "made",
    [
        np.arange(5),
        np.zeros(0, dtype=np.int32),
        np.ones((3, 2), dtype=np.float32).T,
        np.arange(6)[::2],
        np.array([True, False]),
    ],
    ids=["numbers", "nothing", "columns", "steps", "flags"],
)
def test_another_process_finds_what_was_made(memo, made):
    kept(memo, ("key", 1), lambda: {"made": made})

    found = kept(Prepared(memo.folder), ("key", 1), no_more)["made"]

    assert found.dtype == made.dtype
    np.testing.assert_array_equal(found, made)


def test_other_keys_and_parts_have_nothing_of_it(memo):
    kept(memo, ("key", 1), lambda: "one")

    assert kept(memo, ("key", 2), lambda: "two") == "two"
    assert kept(memo.part("select"), ("key", 1), lambda: "of select") == "of select"


def test_who_changes_an_array_changes_it_for_nobody_else(memo):
    kept(memo, "key", lambda: np.arange(5))
    mine = kept(Prepared(memo.folder), "key", no_more)
    mine[:] = 0

    assert kept(Prepared(memo.folder), "key", no_more).tolist() == [0, 1, 2, 3, 4]


def test_where_the_disk_has_no_room_it_is_kept_for_this_process_alone(memo, monkeypatch):
    monkeypatch.setattr(prepared, "ROOM", 1 << 60)

    assert kept(memo, "key", lambda: [1]) is kept(memo, "key", no_more)
    assert not memo.folder.exists()


def test_a_file_that_cannot_be_written_costs_no_run(memo):
    memo.folder.write_text("a file stands where a folder is needed", encoding="utf-8")

    assert kept(memo, "key", lambda: [1]) is kept(memo, "key", no_more)


def test_a_disk_without_locks_keeps_what_is_made_all_the_same(memo, monkeypatch):
    monkeypatch.setattr(FileLock, "acquire", Mock(side_effect=OSError("No locks available")))
    kept(memo, "key", lambda: [1])

    assert [1] == kept(Prepared(memo.folder), "key", no_more)


def test_a_file_takes_one_descriptor_however_many_arrays_it_has(memo):
    kept(memo, "key", lambda: [np.arange(5) for _ in range(50)])
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    found = kept(Prepared(memo.folder), "key", no_more)

    assert len(found) == 50
    assert len(list(Path("/proc/self/fd").iterdir())) <= open_before + 1


@pytest.mark.parametrize("left", [0, 1, 40, -1])
def test_a_file_that_was_cut_short_is_made_anew(memo, left):
    kept(memo, "key", lambda: np.arange(5))
    (path,) = memo.folder.glob("*.pickle")
    path.write_bytes(path.read_bytes()[:left])

    assert kept(Prepared(memo.folder), "key", lambda: np.arange(7)).tolist() == list(range(7))
    assert kept(Prepared(memo.folder), "key", no_more).tolist() == list(range(7))


def test_processes_that_ask_at_once_wait_for_the_first(memo):
    begun, made = threading.Event(), []

    def make() -> int:
        made.append(1)
        begun.set()
        time.sleep(0.3)
        return 1

    first = threading.Thread(target=kept, args=(Prepared(memo.folder), "key", make))
    first.start()
    assert begun.wait(60)

    assert kept(Prepared(memo.folder), "key", no_more) == 1
    first.join()
    assert made == [1]


def test_where_the_first_found_no_room_the_others_make_it_at_once(memo, monkeypatch):
    waiting, begun, inside = threading.Semaphore(0), threading.Event(), threading.Barrier(2)

    class Told(FileLock):
        def acquire(self, *, blocking: bool = True):
            if blocking:
                waiting.release()
            return super().acquire(blocking=blocking)

    def first() -> int:
        begun.set()
        assert waiting.acquire(timeout=60) and waiting.acquire(timeout=60)
        return 1

    def other() -> int:
        inside.wait(60)
        return 2

    monkeypatch.setattr(prepared, "FileLock", Told)
    monkeypatch.setattr(prepared, "_has_room", lambda _, size: not size)
    found: list[int] = []
    makes = [first, other, other]
    threads = [
        threading.Thread(target=lambda make=make: found.append(kept(Prepared(memo.folder), "key", make)))
        for make in makes
    ]
    threads[0].start()
    assert begun.wait(60)
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join(120)

    assert sorted(found) == [1, 2, 2]


def test_what_others_have_made_counts_as_it_took_them(memo, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(Prepared, "spared", 0.0)
    monkeypatch.setattr(prepared, "time", SimpleNamespace(perf_counter=lambda: now[0]))

    def make(seconds: float) -> None:
        now[0] += seconds

    def make_of_another() -> None:
        kept(memo.part("inner"), "key", lambda: make(20.0))
        make(3.0)

    maker = Stopwatch()
    kept(memo, "key", make_of_another)
    assert maker.seconds() == 23

    finder = Stopwatch()
    make(1.0)
    kept(Prepared(memo.folder), "key", no_more)
    assert finder.seconds() == 24
    assert now == [24]


def test_a_memo_without_a_folder_keeps_for_this_process_alone():
    memo = {}

    assert kept(memo, "key", lambda: 1) == kept(memo, "key", no_more) == memo["key"]


@pytest.mark.slow
def test_a_second_process_derives_nothing_anew(tmp_path, monkeypatch):
    """Searches, refits and scores are those of the first, byte by byte, without an event read or coded again."""
    write_workspace(tmp_path, tiny_log())
    prepare(tmp_path)
    train_and_score(tmp_path, VARIANTS)
    first = _written(tmp_path)
    for path in (tmp_path / "data/scratch/train").glob("*/*"):
        path.rename(path.with_name("before"))

    monkeypatch.setattr(Vocabulary, "encode", no_more)
    monkeypatch.setattr(Log, "of", no_more)
    train_and_score(tmp_path, VARIANTS)

    assert _written(tmp_path) == first


@pytest.mark.slow
def test_rows_and_readouts_of_another_warm_up_are_others(tmp_path):
    """The features that a question is asked with are no part of the folder's name."""
    with _split(tmp_path) as params:
        questions = params.questions

        def derived(warmup: int, shared: bool) -> list[np.ndarray]:
            features = params.features.model_copy(update={"warmup_days": warmup, "max_queries": 100 - warmup})
            what, who = (read_refit(name, questions[name], features) for name in ("categories", "coupons"))
            if not shared:
                what, who = replace(what, memo={}), replace(who, memo={})
            entry, budget = params.variants["who-sum-bce"], params.spent("who")
            model = build_model(entry, {}, budget)
            readouts = model._kept_readouts(who, model._kept_stream(who), "objective")
            return [kept_rows(what, 0, None).features, user_rows(who).features, readouts.position]

        for warmup in (14, 28):
            pairs = list(zip(derived(warmup, shared=True), derived(warmup, shared=False), strict=True))
            for found, alone in pairs:
                np.testing.assert_array_equal(found, alone)
        first, other = derived(14, shared=True), derived(28, shared=True)
        assert all(len(one) > len(two) for one, two in zip(first, other, strict=True))


@pytest.mark.slow
def test_what_is_derived_from_test_lies_apart(tmp_path):
    with _split(tmp_path) as params:
        question = params.question_of("sum-horizon")
        read_development(params, "sum-horizon")
        read_refit("categories", question, params.features)
        before = {path.name for path in (prepared.PREPARED / "categories").iterdir()}
        score.read_window("categories", question, 0)

        assert before == {"train", "refit"}
        assert {path.name for path in (prepared.PREPARED / "categories").iterdir()} == {"train", "refit", "test"}


@contextmanager
def _split(folder: Path) -> Iterator[Params]:
    """Inside a folder where the tiny log is split, and its features are made."""
    write_workspace(folder, tiny_log())
    prepare(folder)
    with inside(folder):
        yield load()


def _written(folder: Path) -> dict[str, bytes]:
    files = [path for name in ("runs", "scores") for path in (folder / "data" / name).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
