"""The one training loop: AdamW at a constant rate after a warm-up, and a running average of the weights.

The average is a power function of the step (Karras et al., 2024, "Analyzing and improving the training dynamics of
diffusion models"): it needs no horizon, so a run does not depend on its cap, and stopping after any round gives what
a run with that cap would have given. Batches and dropout are pure functions of (seed, epoch, step): a resumed run
equals an uninterrupted one bit for bit.
"""

import copy
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from study.nn.losses.base import Loss
from study.nn.network import Network
from study.params.base import Frozen
from study.seeds import seed_of
from study.training.adamw import AdamW
from study.training.batches import Batch
from study.training.group import joined, share
from study.training.placement import CPU, mixes
from study.training.step import Auxiliary, Step

AVERAGE_POWER = 6.94  # a relative width of 0.1, in the terms of Karras et al.
CLIP = 1.0
WEIGHTS = "training.safetensors"


class Optimisation(Frozen):
    """How the weights are found.

    `positions` is the size of a round, `batch` that of a batch, padding counted.
    """

    learning_rate: float
    weight_decay: float
    warmup_steps: int
    batch: int
    positions: int


class Progress(Frozen):
    """Where a run stands: the steps, positions and rounds done, and the mean loss of each round."""

    step: int = 0
    positions: int = 0
    losses: list[float] = []


class Planned(Protocol):
    """What a step will read."""

    @property
    def positions(self) -> int:
        """How many positions, padding not counted."""


Plan = TypeVar("Plan", bound=Planned)


class Source(Protocol[Plan]):
    """Where batches come from; both methods draw from the given generator alone."""

    def epoch(self, size: int, generator: np.random.Generator) -> Iterator[Plan]:
        """The batches of one pass: each has at most `size` positions, padding counted, or one longer piece."""

    def assemble(self, plan: Plan, generator: np.random.Generator) -> Batch:
        """The tensors of one batch."""


class Trainer:
    """Trains a network round by round; `averaged` is the network to use.

    Args:
        network: moved to the device.
        device: where it is trained and used; batches are made on the CPU.
    """

    def __init__(self, network: Network, how: Optimisation, device: torch.device = CPU) -> None:
        self.network, self.how, self.device, self.seed = network.to(device), how, device, 0
        self.share = share()
        self.forward = joined(Step(network, device, is_mixed=mixes(device), share=self.share), self.share)
        self.averaged = copy.deepcopy(network).requires_grad_(requires_grad=False).eval()
        self.optimizer = AdamW(network, how.weight_decay, {})
        self.current: list[torch.Tensor] = list(network.parameters())
        self.mean: list[torch.Tensor] = list(self.averaged.parameters())
        self.progress = Progress()

    @property
    def rounds(self) -> int:
        """Rounds done."""
        return len(self.progress.losses)

    def run(
        self,
        source: Source[Plan],
        loss: Loss,
        rounds: int,
        seed: int,
        report: Callable[[int], None],
        auxiliary: Auxiliary | None = None,
    ) -> None:
        """Trains until `rounds` rounds are done and reports after each; batches and dropout follow from `seed`.

        Raises:
            FloatingPointError: the loss is not a number.
        """
        self.seed = seed
        self.network.train()
        plans = self._plans(source)
        for _ in range(self.progress.step):
            next(plans)
        while self.rounds < rounds:
            self._round(source, plans, loss, auxiliary)
            report(self.rounds)

    def _round(self, source: Source[Plan], plans: Iterator[Plan], loss: Loss, auxiliary: Auxiliary | None) -> None:
        losses: list[float] = []
        target = (self.rounds + 1) * self.how.positions
        step, positions = self.progress.step, self.progress.positions
        while positions < target:
            plan = next(plans)
            step, positions = step + 1, positions + plan.positions + (auxiliary.positions if auxiliary else 0)
            losses += self._step(source, plan, loss, auxiliary, step)
        # a round in which no batch had a readout repeats the loss before it
        mean = float(np.mean(losses or self.progress.losses[-1:] or [0.0]))
        self.progress = Progress(step=step, positions=positions, losses=[*self.progress.losses, mean])

    def _plans(self, source: Source[Plan]) -> Iterator[Plan]:
        epoch = 0
        while True:
            generator = np.random.default_rng(seed_of(self.seed, "epoch", epoch))
            yield from source.epoch(self.how.batch, generator)
            epoch += 1

    def _step(
        self, source: Source[Plan], plan: Plan, loss: Loss, auxiliary: Auxiliary | None, step: int
    ) -> list[float]:
        drawn = np.random.default_rng(seed_of(self.seed, "batch", step))
        batch = source.assemble(plan, drawn)
        if not len(batch.rows):
            return []  # a batch without a label teaches nothing
        self._seed_dropout(step)
        negatives = torch.Generator().manual_seed(seed_of(self.seed, "negatives", step))
        total, beside = self.forward(batch, loss, negatives, auxiliary, drawn)
        value = total.item()
        if beside is not None:
            total = total + beside
        if not math.isfinite(value):
            raise FloatingPointError(f"the training loss is {value} at step {step}")
        total.backward()
        nn.utils.clip_grad_norm_(self.current, CLIP)
        self.optimizer.step(self.how.learning_rate * min(1.0, step / self.how.warmup_steps))
        self._average(step)
        return [value]

    def _seed_dropout(self, step: int) -> None:
        """Seeds what masks are drawn from, where they are drawn; each of several processes has masks of its own."""
        number = self.share.number
        seed = seed_of(self.seed, "step", step, number) if number else seed_of(self.seed, "step", step)
        torch.default_generator.manual_seed(seed)
        if self.device.type == "cuda":
            torch.cuda.manual_seed(seed)

    def _average(self, step: int) -> None:
        keep = (1 - 1 / step) ** (AVERAGE_POWER + 1)
        torch._foreach_lerp_(self.mean, self.current, 1 - keep)

    def save(self, folder: Path) -> None:
        """Writes weights, averaged weights, the optimizer's state and the progress."""
        tensors = {f"network.{name}": tensor for name, tensor in self.network.state_dict().items()}
        tensors |= {f"averaged.{name}": tensor for name, tensor in self.averaged.state_dict().items()}
        tensors |= {f"optimizer.{name}": tensor for name, tensor in self.optimizer.state().items()}
        save_file({name: tensor.cpu().contiguous() for name, tensor in tensors.items()}, folder / WEIGHTS)
        (folder / "progress.json").write_text(self.progress.model_dump_json(), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Restores what `save` wrote, or what `keep_averaged` left of it."""
        tensors = load_file(folder / WEIGHTS)
        averaged = _below(tensors, "averaged.")
        self.network.load_state_dict(_below(tensors, "network.") or averaged)
        self.averaged.load_state_dict(averaged)
        self.optimizer = AdamW(self.network, self.how.weight_decay, _below(tensors, "optimizer."))
        self.progress = Progress.model_validate_json((folder / "progress.json").read_text(encoding="utf-8"))


def keep_averaged(file: Path) -> None:
    """Drops from saved weights what only training needs: scores are computed with the averaged weights alone."""
    tensors = load_file(file)
    save_file({name: tensor for name, tensor in tensors.items() if name.startswith("averaged.")}, file)


def _below(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
