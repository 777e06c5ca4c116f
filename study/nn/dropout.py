"""Dropout, whose masks are made of 16 random bits a number: torch draws them one by one, at five times the cost."""

import numpy as np
import torch
from torch import Tensor

STEPS = 1 << 16
PER_WORD = 4


def dropout(x: Tensor, probability: float, training: bool) -> Tensor:
    """Zeroes numbers with that probability, rounded to a 65,536th, and scales the others; the identity in use.

    The mask follows from the state of torch's default generator.
    """
    dropped = round(probability * STEPS)
    if not training or not dropped:
        return x
    seed = int(torch.randint(2**62, (1,)))
    words = np.random.SFC64(seed).random_raw(-(-x.numel() // PER_WORD))
    kept = words.view(np.uint16)[: x.numel()] >= dropped
    mask = np.multiply(kept, np.float32(STEPS / max(STEPS - dropped, 1)), dtype=np.float32)
    return x * torch.from_numpy(mask).view(x.shape).to(x.device)
