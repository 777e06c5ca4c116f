"""Which sequence variants have not left popularity at this budget: their contrasts say little."""

from collections.abc import Sequence

from study.exhibits.markup import code, listing
from study.exhibits.prose import signed
from study.exhibits.records import Row, variants_of
from study.exhibits.results import POPULARITY, SEQUENCE, Results
from study.params.diagnostics import Diagnostics
from study.params.roster import CountingEntry


def told(results: Results, variants: Sequence[str]) -> str:
    """Those of the variants that gain less than the margin over popularity on select, and what more there is to it.

    That is what they have on test, and which others are not above another rule that knows nothing of a user. Nothing
    where there are none.
    """
    found = [variant for variant in variants if results.at_popularity(variant)]
    return " ".join(filter(None, [_left_behind(results, found), _behind_another(results, variants)]))


def _left_behind(results: Results, found: Sequence[str]) -> str:
    if not found:
        return ""
    below = [code(variant) for variant in found if (results.over_popularity(variant) or 0.0) < 0]
    have, their = ("it has", "its") if len(found) == 1 else ("they have", "their")
    rule = next(row for row in _impersonal(results) if _rule(results, row.variant) == POPULARITY)
    on_test = [results.row(variant).recall - rule.recall for variant in found]
    values = " to ".join(dict.fromkeys(signed(pick(on_test)) for pick in (min, max)))
    little = f": at this budget {their} contrasts say little of what is compared" * _are_compared(results, found)
    return (
        f"{listing([code(variant) for variant in found])} gained less than the margin over popularity on select"
        f"{_below(below, len(found))}{little}; on test {have} {values} over it."
    )


def _behind_another(results: Results, variants: Sequence[str]) -> str:
    """Which variants gain the margin over popularity, but not over a better rule that knows nothing of a user."""
    best = max(_impersonal(results), key=lambda row: row.select, default=None)
    if best is None:
        return ""
    rows = [results.row(variant) for variant in variants if not results.at_popularity(variant)]
    found = [row for row in rows if row.family == SEQUENCE and row.select - best.select < results.margin]
    if not found:
        return ""
    their = "its" if len(found) == 1 else "their"
    return (
        f"{listing([code(row.variant) for row in found])} gained the margin over popularity, but not over "
        f"{code(best.variant)}, which knows nothing of a user either: {their} contrasts may say little, too."
    )


def _impersonal(results: Results) -> list[Row]:
    """The rules of the arm that know nothing of a user."""
    named = results.params.section(Diagnostics).impersonal if results.params.diagnostics else []
    known = {POPULARITY, *(_rule(results, variant) for variant in named)} - {None}
    return [row for row in results.leaderboard if _rule(results, row.variant) in known]


def _rule(results: Results, variant: str) -> str | None:
    entry = results.params.roster.get(variant)
    return entry.rule if isinstance(entry, CountingEntry) else None


def _are_compared(results: Results, variants: Sequence[str]) -> bool:
    """Whether any is on a side of a contrast."""
    return not set(variants).isdisjoint(variants_of(results.contrasts))


def _below(names: Sequence[str], of: int) -> str:
    """Which of them are behind popularity itself."""
    if not names:
        return ""
    are = "is" if len(names) == 1 else "are"
    return f", and {are} below it there" if len(names) == of else f", and {listing(list(names))} {are} below it there"
