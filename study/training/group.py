"""The processes that `torchrun` started: they train one model together, each on its share of every batch."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import nn

from study.device import Device, chosen
from study.errors import UserError
from study.training.share import ALL, Share

PATIENCE = timedelta(minutes=30)
"""How long a process waits for the others; one of them may read its log from a slow disk."""


@contextmanager
def group(asked: Device) -> Iterator[Share]:
    """Joins the processes, over NCCL on GPUs, one each, else over gloo; without `torchrun` there is one process.

    Raises:
        UserError: there are more processes on this machine than GPUs.
    """
    if "WORLD_SIZE" not in os.environ:
        yield ALL
        return
    device = chosen(asked)
    if device.type == "cuda":
        number, there = int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()
        if number >= there:
            raise UserError(f"torchrun: --nproc-per-node is more than the {there} GPUs of this machine")
        torch.cuda.set_device(number)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
    try:
        yield share()
    finally:
        dist.destroy_process_group()


def is_first() -> bool:
    """Whether this process is the one that writes; also before the group is joined."""
    return os.environ.get("RANK", "0") == "0"


def share() -> Share:
    """That of this process in the group that it has joined; everything where it has joined none."""
    return Share(dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else ALL


def joined(step: nn.Module, share: Share) -> nn.Module:
    """The module with its gradients averaged over the processes, after each backward pass.

    A parameter that no process used in a batch keeps having no gradient, as in one process.
    """
    if share.processes == 1:
        return step
    return nn.parallel.DistributedDataParallel(step, find_unused_parameters=True)
