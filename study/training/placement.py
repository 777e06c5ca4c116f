"""Moves what is made on the CPU to the device of a network, and says in which precision that computes."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import torch
from torch import Tensor

T = TypeVar("T")
CPU = torch.device("cpu")


def moved(found: T, device: torch.device) -> T:
    """Tensors on the device, alone or in a dataclass or a named tuple; on the CPU the very object that was given.

    What goes to a GPU is copied from pinned memory, and the copy is not waited for.
    """
    if device.type == "cpu":
        return found
    changed: Any = found
    if isinstance(found, Tensor):
        held = found.pin_memory() if device.type == "cuda" else found
        changed = held.to(device, non_blocking=True)
    elif isinstance(found, tuple):
        changed = type(found)(*(moved(value, device) for value in found))
    elif is_dataclass(found) and not isinstance(found, type):
        changed = replace(found, **{field.name: moved(getattr(found, field.name), device) for field in fields(found)})
    return changed  # type: ignore[no-any-return]


def mixes(device: torch.device) -> bool:
    """Whether a network is trained in bf16 there: on GPUs that compute in it."""
    return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)


def precision(device: torch.device, *, is_mixed: bool) -> AbstractContextManager[object]:
    """Where mixed, products of matrices are computed in bf16; parameters stay float32."""
    return torch.autocast(device.type, torch.bfloat16) if is_mixed else nullcontext()
