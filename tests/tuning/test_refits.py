"""Refits: one that is begun beside the others and ended later has the bits of one that ran at once."""

import json
from functools import partial

import pytest

from study.errors import UserError
from study.params import load
from study.params.engine import Engine
from study.questions.development import read_development, read_windows
from study.seeds import seed_of
from study.tuning import refused, trial
from study.tuning import search as searches
from study.tuning.proposals import Trial
from study.tuning.search import Search, refit_seeds
from study.tuning.trial import BEGUN, COST, MODEL, Refit, run_refit
from study.tuning.workers import leaves_one
from tests.tiny import BUDGET, inside, prepare, tiny_log, tiny_params, write_workspace

VARIANT = "sum-pretrained-horizon"
ROUNDS = 3
SEEDS = 3


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("refits")
    budgets = tiny_params()["budgets"]
    budgets["default"]["main"] = BUDGET | {"rounds": ROUNDS, "seeds": SEEDS, "workers": 2}
    write_workspace(folder, tiny_log(), budgets=budgets)
    prepare(folder)
    with inside(folder):
        yield folder


def asked(number: int = 0, *, begins: bool = False) -> Refit:
    seed = seed_of(load().seed, "refit", number)
    return Refit(variant=VARIANT, settings={}, rounds=ROUNDS, seed=seed, begins=begins)


def found(variant: str, rounds: int, settings: dict[str, float]) -> Search:
    """A search of one trial."""
    trial = Trial(number=0, batch=0, settings=settings, state="complete", best_round=rounds, select=0.5)
    return Search(variant=variant, trials=[trial], chosen=0, last_round=ROUNDS)


def files(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def made(folder):
    folder.mkdir(parents=True)
    return folder


def test_a_refit_in_two_halves_has_the_bits_of_one(workspace, tmp_path):
    once, halves = made(tmp_path / "once" / "seed-0"), made(tmp_path / "halves" / "seed-0")
    run_refit(load(), once, asked())
    run_refit(load(), halves, asked(begins=True))
    begun = json.loads((halves / BEGUN / COST).read_text(encoding="utf-8"))["seconds"]
    is_left_to_be_ended = not (halves / COST).exists() and not (halves / MODEL).exists()
    run_refit(load(), halves, asked())

    assert is_left_to_be_ended
    assert files(once / MODEL) == files(halves / MODEL)
    assert 0 < begun < json.loads((halves / COST).read_text(encoding="utf-8"))["seconds"]


def test_a_half_that_lies_there_is_not_begun_again_and_what_was_ended_is_not_ended_again(workspace, tmp_path):
    folder = made(tmp_path / "seed-0")
    run_refit(load(), folder, asked(begins=True))
    begun = (folder / BEGUN).stat().st_mtime_ns
    run_refit(load(), folder, asked(begins=True))
    run_refit(load(), folder, asked())
    ended = (folder / COST).stat().st_mtime_ns
    run_refit(load(), folder, asked())

    assert begun == (folder / BEGUN).stat().st_mtime_ns
    assert ended == (folder / COST).stat().st_mtime_ns


def test_what_the_search_has_prepared_is_let_go_before_a_refit(workspace, tmp_path):
    read_development(load(), VARIANT)
    held = read_windows.cache_info().currsize
    run_refit(load(), made(tmp_path / "seed-0"), asked())

    assert (1, 0) == (held, read_windows.cache_info().currsize)


@pytest.mark.parametrize(
    ("tasks", "workers", "engine", "expected"),
    [
        (5, 2, "loky", True),
        (5, 4, "loky", True),
        (4, 2, "loky", False),
        (5, 3, "loky", False),
        (1, 2, "loky", False),
        (5, 1, "loky", False),
        (5, 2, "ray", False),
    ],
)
def test_one_is_left_where_all_but_one_share_the_workers_evenly(tasks, workers, engine, expected):
    assert expected == leaves_one(tasks, workers, Engine(name=engine))


@pytest.mark.parametrize(
    ("variant", "rounds", "begun"), [(VARIANT, ROUNDS, True), (VARIANT, 1, False), ("lightgbm-binary", ROUNDS, False)]
)
def test_the_one_that_is_left_is_begun_first_and_ended_last(workspace, tmp_path, monkeypatch, variant, rounds, begun):
    """Trees are not: what they learn from would have to be made twice. One round has no half."""
    given: list[partial[None]] = []

    def in_turn(tasks, workers, engine):
        given.extend(tasks)
        yield from ((number, task()) for number, task in enumerate(tasks))

    monkeypatch.setattr(searches, "run_all", in_turn)
    folders = refit_seeds(load(), found(variant, rounds, {}), tmp_path)
    order = [(task.args[1].name, task.args[2].begins) for task in given]

    whole = [(f"seed-{number}", False) for number in range(SEEDS)]
    assert order == ([(f"seed-{SEEDS - 1}", True), *whole] if begun else whole)
    assert [f"seed-{number}" for number in range(SEEDS)] == [folder.name for folder in folders]
    assert all((folder / MODEL).is_dir() for folder in folders)


@pytest.mark.parametrize("variant", [VARIANT, "sum-horizon"])
def test_a_refit_whose_loss_is_no_number_is_one_line_also_from_a_worker(workspace, tmp_path, variant):
    """Its weights are not there, nor those of the half that was begun."""
    settings = {"learning_rate": 1e30}
    with pytest.raises(UserError) as caught:
        refit_seeds(load(), found(variant, ROUNDS, settings), tmp_path)

    assert f"{variant}: the refit of seed-" in str(caught.value)
    assert "the training loss is" in str(caught.value)
    assert "change its entry in params.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [] == [path for path in tmp_path.glob("*/*") if path.name in {COST, MODEL, BEGUN}]


REFUSED = RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 80 bytes.")


@pytest.mark.parametrize("error", [MemoryError(), REFUSED])
def test_a_refit_that_is_refused_memory_says_what_to_do(workspace, tmp_path, monkeypatch, error):
    def refuses(*_):
        raise error

    monkeypatch.setattr(trial, "build_model", refuses)
    with pytest.raises(UserError, match=f"{VARIANT}: the refit of seed-0: {refused.NO_MEMORY}; give it more memory"):
        run_refit(load(), made(tmp_path / "seed-0"), asked())


def test_another_error_of_a_refit_passes_as_it_is(workspace, tmp_path, monkeypatch):
    def fails(*_):
        raise RuntimeError("shapes do not agree")

    monkeypatch.setattr(trial, "build_model", fails)
    with pytest.raises(RuntimeError, match="shapes do not agree"):
        run_refit(load(), made(tmp_path / "seed-0"), asked())
