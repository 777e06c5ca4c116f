"""How a network is told time: features of a gap and a local clock, and rotation by index and by days."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

DAY = 86_400_000_000
DECAYS = (0.25, 1.0, 7.0, 28.0)
WEEK = 7
EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday; Monday is 0
GAPS = 1 + len(DECAYS)
FEATURES = GAPS + WEEK + 2
MEAN_MONTH = 30.44
SHORTEST, LONGEST = 0.5, 1000.0
"""Periods of the rotation by time, in days."""
EMBEDDING_STD = 0.02
"""As GPT-2 starts its embeddings: small beside what attention writes, so that a history's average is heard early."""


def time_features(gap: NDArray[np.int64], local: NDArray[np.int64]) -> NDArray[np.float32]:
    """What is told of a time: how long after the event before it, the weekday and the part of the month.

    The hour is not told: a cut-off is a midnight, at which no event happens, and a model that had learned hours was
    asked about one that it had never seen (report/log.md).

    Args:
        gap: microseconds since the moment before, [N].
        local: the time on the local clock, microseconds since 1970, [N].

    Returns:
        float32 [N, FEATURES].
    """
    days = np.maximum(gap, 0) / DAY
    number, which = np.unique(local // DAY, return_inverse=True)
    weekday = np.eye(WEEK)[(number + EPOCH_WEEKDAY) % WEEK]
    month_day = number.astype("datetime64[D]") - number.astype("datetime64[D]").astype("datetime64[M]")
    month = 2 * np.pi * month_day.astype(np.int64) / MEAN_MONTH
    features = np.empty((len(days), FEATURES), dtype=np.float32)
    features[:, 0] = np.log1p(days)
    for column, decay in enumerate(DECAYS, start=1):
        features[:, column] = np.exp(-days / decay)
    features[:, GAPS:] = np.column_stack([weekday, np.sin(month), np.cos(month)]).astype(np.float32)[which]
    return features


def rotation(days: Tensor, pairs: int) -> Tensor:
    """Phases of a rotary embedding over index and time.

    The first half of the rotary pairs turns with the index of the position (RoFormer, Su et al., 2021), the second
    with its time in days, so that attention sees both how many positions and how long ago a key lies.

    Args:
        days: time of each position in days, from any origin, float [B, L].
        pairs: rotary pairs of a head, half its width.

    Returns:
        Complex numbers of modulus 1, [B, L, 1, pairs].
    """
    by_index, by_time = pairs - pairs // 2, pairs // 2
    index = torch.arange(days.shape[1], dtype=days.dtype, device=days.device)
    index_speed = 10_000.0 ** (-torch.arange(by_index, device=days.device) / max(by_index, 1))
    spread = torch.linspace(0, 1, max(by_time, 1), device=days.device)[:by_time]
    time_speed = 2 * torch.pi / (SHORTEST * (LONGEST / SHORTEST) ** spread)
    by_position = _phases(index[:, None] * index_speed).expand(*days.shape, by_index)
    return torch.cat([by_position, _phases(days[..., None] * time_speed)], dim=-1)[:, :, None]


def _phases(angle: Tensor) -> Tensor:
    return torch.polar(torch.ones_like(angle), angle)


def rotate(vectors: Tensor, phases: Tensor) -> Tensor:
    """Turns the pairs (2i, 2i + 1) of the last axis, in float32; [B, L, heads, 2 pairs]."""
    points = torch.view_as_complex(vectors.float().reshape(*vectors.shape[:-1], -1, 2))
    return torch.view_as_real(points * phases).flatten(-2).type_as(vectors)
