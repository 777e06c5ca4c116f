"""What a round costs, what a seed decides, and what a step minimises."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from study.training.loop import Progress, Trainer
from study.training.placement import CPU
from study.training.step import Step

ROUND = 10
"""Positions of a round."""


class Plans:
    """A source of batches of seven positions, three an epoch, that remembers what each epoch draws."""

    def __init__(self):
        self.drawn = []

    def epoch(self, size, generator):
        """See `Source`."""
        self.drawn.append(float(generator.random()))
        yield from [SimpleNamespace(positions=7)] * 3

    def assemble(self, plan, generator):
        """See `Source`."""
        return SimpleNamespace(rows=[0])


def untrained(step=lambda *_: [0.5]) -> Trainer:
    """A trainer whose steps are stood for."""
    trainer = object.__new__(Trainer)
    trainer.how = SimpleNamespace(batch=7, positions=ROUND, learning_rate=1.0, warmup_steps=1)
    trainer.network, trainer.progress, trainer.current, trainer._step = nn.Linear(1, 1), Progress(), [], step
    return trainer


@pytest.mark.parametrize(("beside", "steps"), [(None, [2, 3, 5, 6]), (5, [1, 2, 3, 4]), (13, [1, 1, 2, 2])])
def test_what_a_round_reads_too_much_the_next_ones_read_less(beside, steps):
    """Positions of the auxiliary loss are charged as well: seven and five a step are one step a round of ten."""
    trainer, done = untrained(), []
    auxiliary = None if beside is None else SimpleNamespace(positions=beside)
    trainer.run(Plans(), None, 4, 1, lambda _: done.append(trainer.progress.step), auxiliary)
    per_step = 7 + (beside or 0)

    assert steps == done
    assert steps[-1] * per_step == trainer.progress.positions


def test_batches_are_drawn_anew_for_every_epoch_and_every_seed():
    epochs = {}
    for seed in (1, 2):
        source = Plans()
        untrained().run(source, None, 6, seed, lambda _: None)
        epochs[seed] = source.drawn

    assert 3 == len(epochs[1]) == len(epochs[2])
    assert 6 == len({*epochs[1], *epochs[2]})


def test_negatives_are_drawn_anew_for_every_step_and_every_seed():
    seeds = []

    def forward(batch, loss, negatives, auxiliary, drawn):
        seeds.append((negatives.initial_seed(), float(drawn.random())))
        return torch.zeros((), requires_grad=True), None

    for seed in (1, 2, 1):
        trainer = untrained()
        trainer.seed, trainer.forward, trainer.device = seed, forward, CPU
        trainer.share, trainer.mean, trainer.current = SimpleNamespace(number=0), [torch.zeros(1)], [torch.zeros(1)]
        trainer.optimizer = SimpleNamespace(step=lambda _: None)
        for step in (1, 2):
            Trainer._step(trainer, Plans(), None, None, None, step)

    first, other, again = seeds[:2], seeds[2:4], seeds[4:]
    assert first == again
    for drawn in zip(*first, *other, strict=True):
        assert 4 == len(set(drawn))


def test_the_loss_of_a_batch_is_the_mean_by_the_weights_of_its_readouts():
    """So that a batch that asks few readouts about much does not take longer steps."""
    network = nn.Module()
    network.forward = lambda *_: torch.zeros(3, 2)
    network.head = SimpleNamespace(bind=lambda *_: None)
    names = ("inputs", "features", "days", "lengths", "hidden", "at", "query", "event_type", "own", "rows", "labels")
    batch = SimpleNamespace(**dict.fromkeys(names), weight=torch.tensor([1.0, 5.0, 2.0]))
    total, beside = Step(network, CPU, is_mixed=False)(
        batch, lambda *_: torch.tensor([3.0, 1.0, 2.0]), torch.Generator(), None, np.random.default_rng(0)
    )

    assert ((3 + 5 + 4) / 8, None) == (total.item(), beside)


def test_dropout_is_drawn_anew_for_every_step_every_seed_and_every_process():
    drawn = []
    for seed, step, number in [(1, 1, 0), (1, 2, 0), (2, 1, 0), (1, 1, 1), (1, 2, 1), (1, 1, 0)]:
        trainer = untrained()
        trainer.seed, trainer.device, trainer.share = seed, CPU, SimpleNamespace(number=number)
        trainer._seed_dropout(step)
        drawn.append(float(torch.rand(())))

    assert drawn[0] == drawn[-1]
    assert 5 == len(set(drawn))
