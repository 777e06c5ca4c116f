"""AdamW (Loshchilov & Hutter, "Decoupled weight decay regularization", ICLR 2019), by torch's fused kernel.

It computes what `torch.optim.AdamW(fused=True)` does, bit for bit, through the functional form of it. The class would
import the compiler of torch, which nothing here uses, in every process: a second each time.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

BETAS = (0.9, 0.999)
EPSILON = 1e-8


@dataclass(frozen=True)
class Moments:
    """Of one parameter: the steps it has taken, a float32 scalar, and running means of its gradient and its square."""

    step: Tensor
    exp_avg: Tensor
    exp_avg_sq: Tensor


class AdamW:
    """Updates the parameters of a network in place; weight decay is for matrices and tables, not for vectors.

    Args:
        network: on its device.
        moments: what `state` gave, to go on from.
    """

    def __init__(self, network: nn.Module, weight_decay: float, moments: dict[str, Tensor]) -> None:
        matrices = [p for p in network.parameters() if p.dim() > 1]
        others = [p for p in network.parameters() if p.dim() <= 1]
        self.parameters = [*matrices, *others]
        decayed, every = len(matrices), len(self.parameters)
        self.groups = [(weight_decay, range(decayed)), (0.0, range(decayed, every))]
        self.moments: dict[int, Moments] = {}
        for index, parameter in enumerate(self.parameters):
            if f"{index}.step" in moments:
                told = {name: moments[f"{index}.{name}"].to(parameter.device) for name in Moments.__annotations__}
                self.moments[index] = Moments(**told)

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """One step for each parameter that has a gradient, which is cleared."""
        for weight_decay, indices in self.groups:
            moving = [index for index in indices if self.parameters[index].grad is not None]
            told = [self._moments(index) for index in moving]
            adamw(
                [self.parameters[index] for index in moving],
                [gradient for index in moving if (gradient := self.parameters[index].grad) is not None],
                [one.exp_avg for one in told],
                [one.exp_avg_sq for one in told],
                [],
                [one.step for one in told],
                fused=True,
                amsgrad=False,
                beta1=BETAS[0],
                beta2=BETAS[1],
                lr=learning_rate,
                weight_decay=weight_decay,
                eps=EPSILON,
                maximize=False,
            )
            for index in moving:
                self.parameters[index].grad = None

    def state(self) -> dict[str, Tensor]:
        """All moments, by the number of the parameter and the name of the moment."""
        return {f"{index}.{name}": value for index, one in self.moments.items() for name, value in vars(one).items()}

    def _moments(self, index: int) -> Moments:
        if index not in self.moments:
            parameter = self.parameters[index]
            step = torch.zeros((), device=parameter.device)
            self.moments[index] = Moments(step, torch.zeros_like(parameter), torch.zeros_like(parameter))
        return self.moments[index]
