"""One network from the parts: representation, time, architecture, query and head."""

from typing import Protocol

import torch
from torch import Tensor, nn

from study.nn.heads.base import HeadModule
from study.nn.time import EMBEDDING_STD, FEATURES


class QueryEncoder(nn.Module):
    """Tells a hidden state which time and event type it is asked about, by addition.

    Under a linear head the told part moves the logits alike for every history, so that what is learned of one gap
    serves the others; a multi-layer encoder learned this more slowly (report/log.md).

    Args:
        width: D.
        event_types: number of codes of event_type.
    """

    def __init__(self, width: int, event_types: int) -> None:
        super().__init__()
        self.event_type = nn.Embedding(event_types, width)
        self.time = nn.Linear(FEATURES, width)
        self.last = nn.LayerNorm(width)
        nn.init.normal_(self.event_type.weight, std=EMBEDDING_STD)
        nn.init.normal_(self.time.weight, std=EMBEDDING_STD)

    def forward(self, hidden: Tensor, features: Tensor, event_type: Tensor) -> Tensor:
        """[R, D] from hidden states [R, D], time features [R, T] and event types int64 [R]."""
        encoded: Tensor = self.last(hidden + self.time(features) + self.event_type(event_type))
        return encoded


class NetworkInput(Protocol):
    """What a network reads of a batch; shapes as in `study.training.batches.Batch`."""

    @property
    def inputs(self) -> Tensor:
        """Codes, int64 [B, L, K]."""

    @property
    def features(self) -> Tensor:
        """Time features of each position, float32 [B, L, T]."""

    @property
    def days(self) -> Tensor:
        """Time in days, float32 [B, L]."""

    @property
    def lengths(self) -> Tensor:
        """Positions of each row, int64 [B]."""

    @property
    def hidden(self) -> Tensor | None:
        """Whether a position is hidden, bool [B, L]."""

    @property
    def at(self) -> Tensor:
        """Flat positions of the readouts, int64 [R], ascending."""

    @property
    def query(self) -> Tensor:
        """Time features of the cut-offs, float32 [R, T]."""

    @property
    def event_type(self) -> Tensor:
        """Event type asked for, int64 [R]."""


class Network(nn.Module):
    """Hidden states at readouts.

    Args:
        representation: codes [B, L, K] to [B, L, D].
        architecture: [B, L, D], days [B, L], lengths [B] and flat positions [R] to hidden states [R, D].
        head: hidden states to logits.
        width: D.
        event_types: number of codes of event_type where readouts ask about a time, else None.
    """

    head: HeadModule

    def __init__(
        self,
        representation: nn.Module,
        architecture: nn.Module,
        head: HeadModule,
        width: int,
        event_types: int | None,
    ) -> None:
        super().__init__()
        self.representation, self.architecture, self.head = representation, architecture, head
        self.time = nn.Linear(FEATURES, width)
        nn.init.normal_(self.time.weight, std=EMBEDDING_STD)
        nn.init.zeros_(self.time.bias)
        self.mask = nn.Parameter(torch.zeros(width))
        self.query = None if event_types is None else QueryEncoder(width, event_types)

    def encode(self, batch: NetworkInput, at: Tensor) -> Tensor:
        """Hidden states [R, D] at the flat positions `at`, before they are told what is asked.

        A hidden event is seen as one learned vector, but its time is told.
        """
        x = self.representation(batch.inputs).float()  # the residual sum stays in it, whatever a layer computes in
        if batch.hidden is not None:
            x = torch.where(batch.hidden[..., None], self.mask, x)
        hidden: Tensor = self.architecture(x + self.time(batch.features), batch.days, batch.lengths, at)
        return hidden

    def forward(self, batch: NetworkInput) -> Tensor:
        """Hidden states [R, D] at the readouts."""
        hidden = self.encode(batch, batch.at)
        return hidden if self.query is None else self.query(hidden, batch.query, batch.event_type)
