"""What Findings says of the token accounting: the criterion, and what stands beside it."""

from study.exhibits import choose, scope
from study.exhibits.markup import code
from study.exhibits.prose import count
from study.exhibits.records import variants_of
from study.exhibits.results import Results
from study.exhibits.token_records import Accounting
from study.exhibits.tokens import of, share_of, verdict
from study.exhibits.tokens_training import still_learning

LATE = (
    "; its settings were made its own when another finding had been seen, and its criteria were made when this one had "
    "been (<em>Protocol</em>)"
)
"""Of the log that the study was made with."""


def told(results: Results) -> str:
    """The criterion as a clause, with a link to the page; nothing where the arm has not been run on the snapshot.

    Nor where two snapshots are held together, of which another may have it: what it says is no contrast.
    """
    found = None if results.is_limited else of(results.root / "tokens")
    if found is None:
        return ""
    clause = verdict(found[0]).removesuffix(".")
    late = LATE * results.data.is_own
    rising = still_learning(found[0])
    limits = f"{f'; the model that sees everything {rising}' if rising else ''}{_longer(results, found[0])}"
    more = f"{_of_the_ranked(results, found[0])}{late}{limits}"
    return f'{clause[0].lower()}{clause[1:]}{more} (<a href="tokens.html">Token accounting</a>)'


def _of_the_ranked(results: Results, found: Accounting) -> str:
    """What other events tell of the drop of the columns that are ranked."""
    if not found.total.has_shares or found.is_overtaken:
        return ""
    told = []
    for row in found.slots[:-1]:
        if row.slot in results.question.candidate_columns and row.has_shares:
            told.append(
                f"of the drop of {code(row.slot)}, which is ranked, other events of the moment tell "
                f"{share_of(row.shares['moment'])} and earlier moments, of some {_seen(results, found)} events that "
                f"its context holds, {share_of(row.shares['earlier'])}"
            )
    return "".join(f"; {clause}" for clause in told)


def _seen(results: Results, found: Accounting) -> str:
    """How many events the model sees at once, on average."""
    return count(scope.events_seen(results, choose.parts_of(results, found.variant)))


def _longer(results: Results, found: Accounting) -> str:
    """How much longer these fits were trained than the refits of the variant; nothing where it is less than twice."""
    cost, read_ = results.cost.get(found.variant), found.rounds * found.positions
    refit = cost.positions if cost and choose.counted(choose.parts_of(results, found.variant)) == "tokens" else None
    if refit is None or read_ < 2 * refit:
        return ""
    refits = "the refits that its contrasts compare"
    if found.variant not in variants_of(results.contrasts):
        refits = "its refits, which no contrast compares,"
    return f"; these fits read {count(read_)} tokens each, {refits} {count(refit)}"
