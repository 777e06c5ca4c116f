"""Which sequence variants have not left popularity at this budget: their contrasts say little."""

from collections.abc import Sequence

from study.exhibits.markup import code, listing
from study.exhibits.results import Results


def told(results: Results, variants: Sequence[str]) -> str:
    """Those of the variants that gain less than the margin over popularity on select, a sentence; nothing for none."""
    found = [variant for variant in variants if results.at_popularity(variant)]
    if not found:
        return ""
    below = [code(variant) for variant in found if (results.over_popularity(variant) or 0.0) < 0]
    their = "its" if len(found) == 1 else "their"
    return (
        f"{listing([code(variant) for variant in found])} gained less than the margin over popularity on select"
        f"{_below(below, len(found))}: at this budget {their} contrasts say little of what is compared."
    )


def _below(names: Sequence[str], of: int) -> str:
    """Which of them are behind popularity itself."""
    if not names:
        return ""
    are = "is" if len(names) == 1 else "are"
    return f", and {are} below it there" if len(names) == of else f", and {listing(list(names))} {are} below it there"
