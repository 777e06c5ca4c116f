"""The result file of the token accounting as types."""

from typing import Literal

from study.exhibits.records import Estimate, Record

Finding = Literal["holds", "fails", "undetermined", "overtaken"]
OVERTAKEN: Finding = "overtaken"
OPPOSITE: dict[Finding, Finding] = {
    "holds": "fails",
    "overtaken": "fails",
    "fails": "holds",
    "undetermined": "undetermined",
}


class Slot(Record):
    """One column, or `all`: losses in nats per token, and shares of the drop; None where there is no clear drop."""

    slot: str
    tokens: int
    losses: dict[str, Estimate]
    drop: Estimate
    shares: dict[str, Estimate | None]
    within_event_beyond_column: Estimate | None

    @property
    def has_shares(self) -> bool:
        """Whether there is a clear drop, and no interval of a share is wider than the drop."""
        ends = [(share.low, share.high) for share in self.shares.values() if share is not None]
        return len(ends) == len(self.shares) and all(
            low is None or high is None or high - low <= 1 for low, high in ends
        )


class Past(Record):
    """What earlier moments tell of the ranked columns where a moment begins: the model, and counting the user's own.

    `share` is that of the model's part in what counting is told; None where counting is not clearly told anything.
    """

    tokens: int
    losses: dict[str, Estimate]
    gained: Estimate
    counted: Estimate
    share: Estimate | None


class Accounting(Record):
    """The whole accounting; `at_least` is the share that the criterion asks for.

    A finding is `overtaken` where the twin that sees one event has the lower loss, and `finding_as_counting`, that the
    past tells the model at least what it tells counting, where it tells it more.
    """

    variant: str
    seeds: int
    rounds: int
    positions: int
    users: int
    at_least: float
    finding: Finding
    finding_beyond_column: Finding
    past: Past | None
    finding_as_counting: Finding
    training_losses: dict[str, list[list[float]]]
    slots: list[Slot]

    @property
    def is_overtaken(self) -> bool:
        """Whether the twin is better, of all tokens or of what is learned beyond the columns."""
        return OVERTAKEN in {self.finding, self.finding_beyond_column}

    @property
    def learns_statistics(self) -> Finding:
        """Whether it learns token statistics, and of the past less than counting the user's own tokens does.

        Where the past tells counting nothing, behaviour has no yardstick, and the first decides alone.
        """
        if self.past is None or self.past.share is None:
            return self.finding_beyond_column
        both = {self.finding_beyond_column, OPPOSITE[self.finding_as_counting]}
        return "fails" if "fails" in both else "holds" if both == {"holds"} else "undetermined"

    @property
    def total(self) -> Slot:
        """The row of all tokens, the last one; a column may be called so, too."""
        return self.slots[-1]
