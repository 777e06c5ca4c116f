"""The optimizer takes the steps of torch's own, bit for bit."""

import subprocess
import sys

import torch
from torch import nn

from study.training.adamw import AdamW

DECAY = 0.3
RATES = [0.001, 0.01, 0.005, 0.002]


def network() -> nn.Module:
    torch.manual_seed(5)
    return nn.ModuleDict({"joined": nn.Linear(5, 3), "asked": nn.Linear(3, 2), "unused": nn.Linear(2, 2)})


def with_gradients(made: nn.Module, step: int) -> nn.Module:
    """Of a loss that reads the second layer from the third step on, and the last one never."""
    generator = torch.Generator().manual_seed(step)
    hidden = made["joined"](torch.randn(7, 5, generator=generator))
    asked = made["asked"](hidden) if step > 1 else hidden
    (asked**2).sum().backward()
    return made


def torchs(made: nn.Module) -> torch.optim.Optimizer:
    matrices = [p for p in made.parameters() if p.dim() > 1]
    vectors = [p for p in made.parameters() if p.dim() == 1]
    groups = [{"params": matrices, "weight_decay": DECAY}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, fused=True)


def test_its_steps_are_those_of_torch_also_when_taken_up_again():
    here, there = network(), network()
    ours, theirs = AdamW(here, DECAY, {}), torchs(there)
    for step, rate in enumerate(RATES):
        with_gradients(here, step)
        ours.step(rate)
        with_gradients(there, step)
        for group in theirs.param_groups:
            group["lr"] = rate
        theirs.step()
        theirs.zero_grad()
        for name, parameter in there.named_parameters():
            assert torch.equal(parameter, here.get_parameter(name)), name
        ours = AdamW(here, DECAY, {name: value.clone() for name, value in ours.state().items()})

    whole = theirs.state_dict()["state"]
    assert {f"{index}.{name}" for index, state in whole.items() for name in state} == set(ours.state())
    assert {4.0, 2.0} == {float(value) for name, value in ours.state().items() if name.endswith(".step")}
    assert all(parameter.grad is None for parameter in here.parameters())


def test_a_step_does_not_import_the_compiler_of_torch():
    told = (
        "import sys, torch; from study.training.adamw import AdamW;"
        "made = torch.nn.Linear(2, 2); made(torch.ones(2)).sum().backward(); AdamW(made, 0.1, {}).step(0.1);"
        "sys.exit('torch._dynamo' in sys.modules)"
    )

    assert 0 == subprocess.run([sys.executable, "-c", told], check=False).returncode
