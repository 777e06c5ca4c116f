"""One network from the parts: representation, time, architecture, query and head."""

from torch import Tensor, nn

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


class Network(nn.Module):
    """Hidden states at readouts.

    Args:
        representation: codes [B, L, K] to [B, L, D].
        architecture: [B, L, D] and days [B, L] to [B, L, D].
        head: hidden states to logits.
        width: D.
        event_types: number of codes of event_type where readouts ask about a time, else None.
    """

    def __init__(
        self,
        representation: nn.Module,
        architecture: nn.Module,
        head: nn.Module,
        width: int,
        event_types: int | None,
    ) -> None:
        super().__init__()
        self.representation, self.architecture, self.head = representation, architecture, head
        self.time = nn.Linear(FEATURES, width)
        nn.init.normal_(self.time.weight, std=EMBEDDING_STD)
        nn.init.zeros_(self.time.bias)
        self.query = None if event_types is None else QueryEncoder(width, event_types)

    def forward(
        self, inputs: Tensor, features: Tensor, days: Tensor, at: Tensor, query: Tensor, event_type: Tensor
    ) -> Tensor:
        """Hidden states [R, D] at the flat positions `at`; shapes as in `study.training.batches.Batch`."""
        x = self.representation(inputs) + self.time(features)
        hidden: Tensor = self.architecture(x, days).flatten(0, 1)[at]
        return hidden if self.query is None else self.query(hidden, query, event_type)
