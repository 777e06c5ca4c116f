"""What the comparison of two snapshots publishes, as types."""

from study.exhibits.records import Estimate, Record, Tested


class Drift(Record):
    """How far an attribute moved from the other snapshot to this one; shares of events, or of known values."""

    attribute: str
    kind: str
    distance: float | None
    missing_there: float
    missing_here: float
    new: float | None
    gone: float | None
    is_listed: bool


class Ranks(Estimate):
    """Kendall's tau-b between two leaderboards; `low` and `high` of redraws, on one log of seeds alone."""

    variants: list[str]
    is_one_log: bool = False


class Change(Tested):
    """How far the effect of a contrast rose from the other snapshot, `there`, to this one, `here`; *better*: it did."""

    name: str
    there: float
    here: float


class Comparison(Record):
    """This snapshot beside another, for the main arm; `level` of the range of tau, `changes` None in older results."""

    other: str
    level: float
    ranks: Ranks
    drift: list[Drift]
    changes: list[Change] | None = None


class ComparisonManifest(Record):
    """`made_of`: the hashes of the manifests of both snapshots, by name."""

    made_of: dict[str, str]
