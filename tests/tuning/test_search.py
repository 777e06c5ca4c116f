"""The search: what is tried, who goes on, who is chosen, when a trial ends, and for how long it is refitted."""

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from optuna.distributions import FloatDistribution

from study.params import Params
from study.tuning import search as searches
from study.tuning import trial as trials
from study.tuning.proposals import Trial, propose
from study.tuning.search import Search, _better_half, refit_seeds, search
from study.tuning.trial import COST, Outcome, Refit, Rung, _is_flat, run_refit, run_rung, save_into
from tests.tiny import BUDGET, Counted, tiny_params

VARIANT = "sum-horizon"


def params_of(trials: int, rungs: list[float]) -> Params:
    raw = tiny_params()
    raw["budgets"]["default"]["main"] = BUDGET | {"trials": trials, "batch": trials, "rungs": rungs, "seeds": 3}
    return Params.model_validate(raw)


def searched(monkeypatch, folder, stop: list[float], select: list[float], rungs: list[float]) -> Search:
    """A search of one batch whose trials have these readings, whatever they are trained for."""

    def answered(tasks, workers, engine):
        for index, task in enumerate(tasks):
            rung = task.args[2]
            told = {"curve": [(rung.rounds, stop[rung.number])], "is_pretraining": False, "losses": []}
            told |= {"best_round": rung.rounds}
            told |= {"select": select[rung.number] if rung.is_last else None, "reason": None}
            yield index, Outcome(**told, seconds=0.0, peak_mb=0.0)

    monkeypatch.setattr(searches, "run_all", answered)
    return search(params_of(len(stop), rungs), VARIANT, folder)


@pytest.mark.parametrize(
    ("stop", "expected"),
    [([0.1, 0.4, 0.2, 0.3], [1, 3]), ([0.3, 0.1, 0.2], [0, 2]), ([0.2, 0.2, 0.1, 0.2], [0, 1])],
    ids=["four", "three", "equals"],
)
def test_the_better_half_of_a_batch_goes_on_and_of_equals_the_first(monkeypatch, tmp_path, stop, expected):
    found = searched(monkeypatch, tmp_path, stop, [0.5] * len(stop), [0.5])

    assert expected == [trial.number for trial in found.trials if trial.state == "complete"]
    assert {"complete", "pruned"} == {trial.state for trial in found.trials}


@pytest.mark.parametrize(("select", "expected"), [([0.2, 0.5, 0.1], 1), ([0.2, 0.5, 0.5], 1), ([0.4, 0.4, 0.4], 0)])
def test_the_best_on_select_is_chosen_and_of_equals_the_first(monkeypatch, tmp_path, select, expected):
    """What stop says has no part in it."""
    found = searched(monkeypatch, tmp_path, [0.1, 0.2, 0.9], select, [])

    assert expected == found.chosen
    assert expected == found.best.number


@pytest.mark.parametrize("refused", ["save", "rename"])
def test_a_model_that_cannot_be_saved_leaves_the_one_before_and_nothing_beside_it(monkeypatch, tmp_path, refused):
    model, rename, folder = Counted(), Path.rename, tmp_path / "best"
    model.done = 1
    save_into(model, folder, {"beside": "text"})
    model.done = 2

    def fails(fresh: Path, target: Path | None = None) -> Path:
        if target is not None and ".new" not in fresh.name:
            return rename(fresh, target)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if refused == "save":
        monkeypatch.setattr(model, "save", fails)
    else:
        monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(OSError, match=f"No space left on device: '{folder}'"):
        save_into(model, folder)

    assert {"done": "1", "beside": "text"} == {path.name: path.read_text() for path in folder.iterdir()}
    assert [folder] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], False),
        ([0.3, 0.2], False),
        ([0.3, 0.2, 0.1], True),
        ([0.3, 0.2, 0.3], True),
        ([0.3, 0.2, 0.31], False),
        ([0.1, 0.3, 0.2, 0.3], True),
        ([0.3, 0.1, 0.2, 0.4, 0.1], False),
    ],
)
def test_a_curve_is_flat_once_two_readings_in_a_row_brought_nothing_better_than_before(values, expected):
    assert expected == _is_flat(list(enumerate(values, start=1)), patience=2)


def test_the_chosen_setting_is_refitted_for_its_best_round_with_every_seed(monkeypatch, tmp_path):
    given = []

    def answered(tasks, workers, engine):
        for index, task in enumerate(tasks):
            _, folder, asked = task.args
            (folder / COST).touch()
            given.append(asked)
            yield index, None

    monkeypatch.setattr(searches, "run_all", answered)
    common = {"batch": 0, "state": "complete", "curve": [(4, 0.2), (7, 0.3), (9, 0.1)]}
    trials = [
        Trial(number=0, settings={"dropout": 0.1}, best_round=4, select=0.4, **common),
        Trial(number=1, settings={"dropout": 0.3}, best_round=7, select=0.5, **common),
    ]
    refit_seeds(params_of(2, []), Search(variant=VARIANT, trials=trials, chosen=1, last_round=9), tmp_path)

    assert [7, 7, 7] == [asked.rounds for asked in given]
    assert [{"dropout": 0.3}] * 3 == [asked.settings for asked in given]
    assert 3 == len({asked.seed for asked in given})


def test_of_equal_readings_of_stop_the_weights_of_the_first_are_read_on_select(monkeypatch, tmp_path):
    data = SimpleNamespace(fold=None, stop={1: 0.2, 2: 0.5, 3: 0.5}, select={1: 0.1, 2: 0.3, 3: 0.4})
    kind = SimpleNamespace(primary=lambda model, windows: windows[model.done], CALIBRATES=False)
    monkeypatch.setattr(trials, "build_model", lambda *_: Counted())
    monkeypatch.setattr(trials, "read_development", lambda *_: data)
    monkeypatch.setattr(trials, "kind_of", lambda _: kind)
    rung = Rung(variant=VARIANT, number=0, settings={}, index=0, rounds=3, is_last=True)
    found = run_rung(params_of(2, []), tmp_path, rung)

    assert [(1, 0.2), (2, 0.5), (3, 0.5)] == found.curve
    assert (2, 0.3) == (found.best_round, found.select)


class GoesOn(Counted):
    """A model that is trained on from the round that it was saved at."""

    done = 0

    def fit(self, fold, *, rounds, seed, report):
        """See `Recommender`."""
        while self.done < rounds:
            self.done += 1
            report(self, self.done)


def test_a_trial_that_was_flat_at_a_rung_is_not_trained_on_at_the_next(monkeypatch, tmp_path):
    """Else a search with rungs would find what one without them could not."""
    data = SimpleNamespace(fold=None, stop=[0.0, 0.3, 0.2, 0.2, 0.9], select=[0.0, 0.1, 0.2, 0.3, 0.4])
    kind = SimpleNamespace(primary=lambda model, windows: windows[model.done], CALIBRATES=False)
    monkeypatch.setattr(trials, "build_model", lambda *_: GoesOn())
    monkeypatch.setattr(trials, "read_development", lambda *_: data)
    monkeypatch.setattr(trials, "kind_of", lambda _: kind)
    first = Rung(variant=VARIANT, number=0, settings={}, index=0, rounds=3, is_last=False)
    assert run_rung(params_of(2, []), tmp_path, first).select is None  # which is read once, of a finished trial
    found = run_rung(params_of(2, []), tmp_path, first.model_copy(update={"index": 1, "rounds": 4, "is_last": True}))

    assert [(1, 0.3), (2, 0.2), (3, 0.2)] == found.curve
    assert (1, 0.1) == (found.best_round, found.select)


class Pretrained(GoesOn):
    """The same, with two rounds of something else before."""

    pretraining = 2


@pytest.mark.parametrize("rungs", [[6], [1, 6], [3, 6]], ids=["at once", "cut in pre-training", "cut after it"])
def test_what_pretraining_reached_neither_ends_a_trial_nor_is_its_best(monkeypatch, tmp_path, rungs):
    stop = [0.0, 0.9, 0.8, 0.3, 0.2, 0.4, 0.5]
    data = SimpleNamespace(fold=None, stop=stop, select=[round(value / 2, 2) for value in stop])
    kind = SimpleNamespace(primary=lambda model, windows: windows[model.done], CALIBRATES=False)
    monkeypatch.setattr(trials, "build_model", lambda *_: Pretrained())
    monkeypatch.setattr(trials, "read_development", lambda *_: data)
    monkeypatch.setattr(trials, "kind_of", lambda _: kind)
    for index, rounds in enumerate(rungs):
        rung = Rung(variant=VARIANT, number=0, settings={}, index=index, rounds=rounds, is_last=rounds == rungs[-1])
        found = run_rung(params_of(2, []), tmp_path, rung)
        assert found.is_pretraining == (rounds <= Pretrained.pretraining)

    assert [(3, 0.3), (4, 0.2), (5, 0.4), (6, 0.5)] == found.curve
    assert (6, 0.25) == (found.best_round, found.select)


@pytest.mark.parametrize(("trials", "expected"), [(1, None), (2, 1)])
def test_the_warm_trial_is_told_if_the_search_has_room_for_it(monkeypatch, tmp_path, trials, expected):
    monkeypatch.setattr(searches, "first_trials", lambda _, __, defaults: [defaults, defaults | {"dropout": 0.25}])
    found = searched(monkeypatch, tmp_path, [0.1] * trials, [0.2] * trials, [])

    assert expected == found.warm


def test_a_batch_after_failures_does_not_try_the_same_again():
    space = {"dropout": FloatDistribution(0, 1)}
    tried = propose(VARIANT, 1, space, [], [], size=4)
    failed = [
        Trial(number=number, batch=0, settings=settings, state="failed", reason="its worker died")
        for number, settings in enumerate(tried)
    ]

    assert not [settings for settings in propose(VARIANT, 1, space, [], failed, size=4) if settings in tried]


@pytest.mark.parametrize("state", ["complete", "pruned"])
def test_what_is_tried_next_lies_where_the_trials_before_were_good(state):
    """Complete ones on select, pruned ones on stop."""
    space = {"dropout": FloatDistribution(0, 1)}

    def proposed(values):
        finished = [
            Trial(number=number, batch=number // 4, settings={"dropout": dropout}, state=state)
            for number, dropout in enumerate([0.1, 0.2, 0.8, 0.9] * 4)
        ]
        told = [{"select": value} if state == "complete" else {"curve": [(2, value)]} for value in values * 4]
        trials = [trial.model_copy(update=read) for trial, read in zip(finished, told, strict=True)]
        return sum(settings["dropout"] for settings in propose(VARIANT, 1, space, [], trials, size=4)) / 4

    assert proposed([0.9, 0.8, 0.2, 0.1]) < 0.5 < proposed([0.1, 0.2, 0.8, 0.9])


def test_who_goes_on_is_told_by_the_best_reading_not_by_the_last():
    assert [0] == _better_half([0, 1], read(is_pretraining=False))


def test_a_rung_within_pretraining_ends_no_trial():
    assert [0, 1] == _better_half([0, 1], read(is_pretraining=True))


def read(*, is_pretraining: bool) -> dict[int, Outcome]:
    """What two trials have reached."""
    common = {"losses": [], "best_round": 1, "select": None, "reason": None, "seconds": 0.0, "peak_mb": 0.0}
    return {
        0: Outcome(curve=[(1, 0.5), (2, 0.1)], is_pretraining=is_pretraining, **common),
        1: Outcome(curve=[(1, 0.2), (2, 0.3)], is_pretraining=is_pretraining, **common),
    }


def test_a_refit_has_the_seed_and_the_rounds_that_it_is_asked_for_and_the_span_before_test(monkeypatch, tmp_path):
    given = []

    class Remembers(Counted):
        def fit(self, fold, *, rounds, seed, report):
            """See `Recommender`."""
            given.append((fold, rounds, seed))
            super().fit(fold, rounds=rounds, seed=seed, report=report)

        def parameters(self):
            """See `Recommender`."""
            return 0

    monkeypatch.setattr(trials, "build_model", lambda *_: Remembers())
    monkeypatch.setattr(trials, "read_refit", lambda *_: "before test")
    for seed in (41, 42):
        (folder := tmp_path / str(seed)).mkdir()
        run_refit(params_of(2, []), folder, Refit(variant=VARIANT, settings={}, rounds=3, seed=seed))

    assert [("before test", 3, 41), ("before test", 3, 42)] == given


def test_every_variant_and_every_seed_of_the_study_draws_trials_of_its_own():
    """Else all variants of one space would try the same settings, and be lucky or unlucky together."""
    space = {"dropout": FloatDistribution(0, 1)}
    asked = [(VARIANT, 1), ("gru-horizon", 1), (VARIANT, 2)]
    tried = [[trial["dropout"] for trial in propose(*one, space, [], [], size=4)] for one in asked]

    assert 12 == len({value for trials in tried for value in trials})


def test_the_seed_of_the_study_decides_those_of_the_refits(monkeypatch, tmp_path):
    given = []

    def answered(tasks, workers, engine):
        for index, task in enumerate(tasks):
            _, folder, asked = task.args
            (folder / COST).touch()
            given.append(asked.seed)
            yield index, None

    monkeypatch.setattr(searches, "run_all", answered)
    trial = Trial(number=0, batch=0, settings={}, state="complete", best_round=1, select=0.5)
    found = Search(variant=VARIANT, trials=[trial], chosen=0, last_round=9)
    for seed in (1, 2):
        refit_seeds(params_of(2, []).model_copy(update={"seed": seed}), found, tmp_path / str(seed))

    assert 6 == len(set(given))
