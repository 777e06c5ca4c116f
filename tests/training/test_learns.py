"""What is fitted learns what it must, a toy cycle; and a resumed run equals an uninterrupted one."""

import json
from pathlib import Path

import pytest
import torch

from study.models.factory import build_model
from study.models.sources import Sources
from study.params.roster import AggregateEntry, SequenceEntry
from study.paths import search_file, write_text
from study.training.adamw import AdamW
from study.training.loop import Trainer
from tests.cycle import PARAMS, ROUNDS, SEQUENCES, SMALL, budget_of, covering, cycle, share_of_the_window, steps_ahead

AGGREGATES = [name for name, entry in PARAMS.entries("main").items() if isinstance(entry, AggregateEntry)]


@pytest.fixture(scope="module")
def fold():
    return cycle()


@pytest.mark.parametrize("variant", SEQUENCES)
def test_the_next_of_a_cycle_is_learned(fold, variant):
    entry = PARAMS.roster[variant]
    events = 5000 if entry.objective == "horizon" else 20_000  # one target per readout, not a set
    if "token" in entry.objective:
        events //= 2  # it is asked about more than the candidates
    model = build_model(entry, SMALL, budget_of(variant, events=events))
    model.fit(fold, rounds=ROUNDS, seed=1, report=lambda *_: None)

    if entry.objective == "horizon":
        assert share_of_the_window(model, fold) > 0.95
    else:
        assert (steps_ahead(model, fold, first=1) == 1).mean() > 0.95


@pytest.mark.parametrize("variant", AGGREGATES)
def test_the_window_of_a_cycle_is_learned_from_aggregates(fold, variant):
    model = build_model(PARAMS.roster[variant], {}, PARAMS.spent("main"))
    model.fit(fold, rounds=ROUNDS, seed=1, report=lambda *_: None)

    assert share_of_the_window(model, fold) > 0.95


@pytest.mark.parametrize("variant", PARAMS.composed)
def test_the_window_of_a_cycle_is_learned_by_what_is_composed(fold, variant, tmp_path, monkeypatch):
    """Every source brings a search of its own; all but the sequence variants are asked with their defaults."""
    monkeypatch.chdir(tmp_path)
    for name, source in PARAMS.roster.items():
        is_sequence = isinstance(source, SequenceEntry)
        trial = {"number": 0, "settings": SMALL if is_sequence else {}, "select": 0.5, "best_round": ROUNDS}
        search = json.dumps({"chosen": 0, "trials": [trial]})
        write_text(search_file(source.runs, name), search)
    sources = Sources(PARAMS, "main")
    sources.budget = budget_of("sum-horizon", events=2500)
    model = build_model(PARAMS.composed[variant], {}, sources.budget, sources)
    model.fit(fold, rounds=ROUNDS, seed=1, report=lambda *_: None)

    assert share_of_the_window(model, fold) > 0.95


def saved(model, folder: Path) -> dict[str, bytes]:
    """What a model writes, by file."""
    folder.mkdir()
    model.save(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("variant", covering(SEQUENCES))
def test_a_run_resumed_after_every_round_equals_an_uninterrupted_one(fold, variant, tmp_path):
    """With pre-training, the second of the four rounds is its last."""
    settings = SMALL | {"dropout": 0.2, "batch": 128}

    def fresh():
        return build_model(PARAMS.roster[variant], settings, budget_of(variant, events=400))

    whole = fresh()
    whole.fit(fold, rounds=ROUNDS, seed=5, report=lambda *_: None)
    resumed = fresh()
    for done in range(1, ROUNDS):
        resumed.fit(fold, rounds=done, seed=5, report=lambda *_: None)
        saved(resumed, tmp_path / str(done))
        resumed = fresh().load(tmp_path / str(done))
    resumed.fit(fold, rounds=ROUNDS, seed=5, report=lambda *_: None)

    assert saved(whole, tmp_path / "whole") == saved(resumed, tmp_path / "resumed")


def test_a_loss_that_is_no_number_ends_the_fit(fold):
    model = build_model(PARAMS.roster["sum-next-line"], {"learning_rate": 1e38}, budget_of("sum-next-line", 2000))

    with pytest.raises(FloatingPointError, match="training loss"):
        model.fit(fold, rounds=2, seed=1, report=lambda *_: None)


def test_the_average_leans_to_the_last_weights_as_a_polynomial():
    """Karras et al. (CVPR 2024), at a relative width of 0.1: what came before step t keeps (1 - 1 / t) ** 7.94."""
    trainer = object.__new__(Trainer)
    trainer.mean, expected = [torch.zeros(1)], 0.0
    for step in range(1, 6):
        trainer.current = [torch.tensor([float(step)])]
        trainer._average(step)
        keep = (1 - 1 / step) ** 7.94
        expected = keep * expected + (1 - keep) * step

    assert trainer.mean[0].item() == pytest.approx(expected, abs=1e-5)


def test_the_learning_rate_grows_to_its_own_over_the_steps_of_the_warmup(fold, monkeypatch):
    rates, step = [], AdamW.step

    def measured(optimizer, rate):
        rates.append(rate)
        step(optimizer, rate)

    monkeypatch.setattr(AdamW, "step", measured)
    settings = SMALL | {"learning_rate": 0.004, "warmup_steps": 4}
    build_model(PARAMS.roster["sum-horizon"], settings, budget_of("sum-horizon", 2000)).fit(
        fold, rounds=1, seed=1, report=lambda *_: None
    )

    assert [0.001, 0.002, 0.003, 0.004] == pytest.approx(rates[:4])
    assert {0.004} == set(rates[3:])


def test_no_step_takes_a_gradient_longer_than_one(fold, monkeypatch):
    """However steep the loss is."""
    model, lengths = build_model(PARAMS.roster["sum-horizon"], SMALL, budget_of("sum-horizon", 400)), []
    kept, step = model._loss, AdamW.step

    def steep(asked):
        loss = kept(asked)
        return lambda *given: 1000 * loss(*given)

    def measured(optimizer, rate):
        gradients = [parameter.grad for parameter in optimizer.parameters if parameter.grad is not None]
        lengths.append(float(torch.cat([gradient.flatten() for gradient in gradients]).norm()))
        step(optimizer, rate)

    monkeypatch.setattr(model, "_loss", steep)
    monkeypatch.setattr(AdamW, "step", measured)
    model.fit(fold, rounds=1, seed=1, report=lambda *_: None)

    assert [1.0] * len(lengths) == pytest.approx(lengths, rel=1e-3)
    assert lengths


def test_a_round_has_equal_events_whatever_their_tokens_or_equal_positions(fold):
    """As the entry says: every purchase of the toy log has a token of its type and of each attribute."""
    tokens = PARAMS.roster["flat-next-tokens"]
    entries = [PARAMS.roster["sum-horizon"], tokens, tokens.model_copy(update={"budget_in": "events"})]
    models = [
        build_model(entry, SMALL, PARAMS.spent("main").model_copy(update={"positions": 500})) for entry in entries
    ]
    for model in models:
        model.fit(fold, rounds=0, seed=1, report=lambda *_: None)
    each = 1 + len(PARAMS.snapshot.attributes)

    assert ["events", "positions", "events"] == [entry.budget_in for entry in entries]
    assert [500, 500, 500 * each] == [model.trainer.how.positions for model in models]
