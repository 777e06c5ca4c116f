"""Times of a log that are hardly those of its events: of long ago, and far from all others."""

import numpy as np

from study.events.facts import Facts

FIRST_YEAR = 1990
"""Hardly any log ends before it."""
FAR, STRAY = 30, 0.001
"""Days without an event between a stray one and the others, and the most strays, as a share of all events."""


def doubtful_times(facts: Facts) -> list[str]:
    """That a log ends long ago, and what its strays are, a sentence each."""
    if facts.last.year >= FIRST_YEAR:
        return _strays(facts)
    told = f"the last event is of {facts.last:%Y-%m-%d}: the digits of a day and a time, such as 202103151230, are read"
    how = "as a number since 1970 unless columns.time_format says what they are, such as %Y%m%d%H%M"
    return [f"{told} {how}", *_strays(facts)]


def _strays(facts: Facts) -> list[str]:
    """Few events that stand far from all others, before or after them: they stretch the log, a sentence each.

    Far is more days without an event than a tenth of those that the others last, and than `FAR`.
    """
    days, counts = facts.days["day"].to_list(), facts.days["count"].to_numpy()
    gaps = np.diff(np.array(days, dtype="datetime64[D]").astype(np.int64))
    running, total, found = np.cumsum(counts), int(counts.sum()), []
    for place in np.flatnonzero(gaps > FAR):
        early = int(running[place])
        is_early = 2 * early < total
        few, day = (early, days[place]) if is_early else (total - early, days[place + 1])
        others = days[-1] - days[place + 1] if is_early else days[place] - days[0]
        if few <= STRAY * total and gaps[place] > others.days / 10:
            side, cut = ("before", "") if is_early else ("after", ", with snapshot.until")
            found.append(
                f"{few:,} of {total:,} events {'lies' if few == 1 else 'lie'} {int(gaps[place]):,} days or more {side} "
                f"all others, as on {day}: correct their times or leave them out{cut}"
            )
    return found
