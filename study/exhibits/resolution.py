"""How much a log can show at all, in sentences: resolution, ceiling, headroom, repetition."""

from scipy.special import ndtr, ndtri

from study.exhibits.key_action import is_among_others
from study.exhibits.prose import count, number, percent, plural
from study.exhibits.records import Power
from study.exhibits.results import Results
from study.params.statistics import POWER, PRIMARY

REPEATS = 0.5
"""From which share of repeats on a log repeats itself."""


def sentences(results: Results) -> list[str]:
    """Each as HTML; what a roster without contrasts or without counting cannot say is left out."""
    power = results.power
    return [*_detectable(results), _ceiling(power), *_headroom(power), _repeats(results)]


def at_first_step(detectable: float, alpha: float, contrasts: int) -> float:
    """What a difference that one test at `alpha` detects becomes at the first step of Holm over so many contrasts.

    That step tests at alpha / contrasts, and is the strictest; a test's reach is that of the normal approximation.
    """
    one, step = (ndtri(1 - level / 2) + ndtri(POWER) for level in (alpha, alpha / max(contrasts, 1)))
    return float(detectable * step / one)


def _detectable(results: Results) -> list[str]:
    power, family = results.power, len(results.contrasts)
    if power.detectable is None:
        return []
    alpha = results.params.statistics.alpha
    found = at_first_step(power.detectable, alpha, family)
    equivalence = power_of_equivalence(power.detectable, alpha, results.margin, family)
    judged = (
        f"finer than the margin of {results.margin:g}, so a difference as large as that is likely to show"
        if found <= results.margin
        else f"coarser than the margin of {results.margin:g}, so a difference as large as that may stay undetermined"
    )
    return [
        f"With {plural(power.queries, 'query')} of {plural(power.users, 'user')}, the smallest difference between two "
        f"variants that this log shows with a power of {percent(POWER)} is {number(found)} {PRIMARY} (median over the "
        f"declared contrasts, at the first step of Holm over {count(family)}, the strictest; for a contrast that "
        f"stands alone {number(power.detectable)}): {judged}. Two variants that are alike in truth are shown to be "
        f"equivalent at that step with a power of {percent(equivalence, 0)} where their difference varies as the "
        "median one does; that of variants which share much, as the user's own counts, may vary less."
    ]


def power_of_equivalence(detectable: float, alpha: float, margin: float, contrasts: int) -> float:
    """Of two one-sided tests at the first step of Holm, where the difference is zero, by the normal approximation."""
    error = detectable / (ndtri(1 - alpha / 2) + ndtri(POWER))
    return max(0.0, float(2 * ndtr(margin / error - ndtri(1 - alpha / max(contrasts, 1))) - 1))


def _ceiling(power: Power) -> str:
    unseen = (
        f"Candidates outside the catalogue, which no ranking has, are on average {percent(power.ceiling, 2)} of what "
        "is relevant to a query"
        if power.ceiling > 0
        else "No relevant candidate lies outside the catalogue"
    )
    is_crowded = power.perfect < 1 - power.ceiling - 1e-9
    why = "since a query can have more relevant candidates than places, " if is_crowded else ""
    return f"{unseen}; {why}a faultless ranking reaches a {PRIMARY} of {number(power.perfect)}."


def _headroom(power: Power) -> list[str]:
    if power.counting is None or power.best is None:
        return []
    room = power.perfect - power.counting
    gain = power.best - power.counting
    taken = (
        f"; the best variant on select takes, by its estimate, {number(gain)} of it, {percent(gain / room)}"
        if gain > 0
        else ""
    )
    return [
        f"Counting reaches {number(power.counting)}: the headroom above it is {number(room)}{taken}. Nobody knows how "
        "much of it can be predicted from the past."
    ]


def _repeats(results: Results) -> str:
    share = results.power.repeat_share
    if share < REPEATS and is_among_others(results.question, results.data.event_types):
        return (
            f"On {percent(share)} of what users take the key action on in a test window they had taken it before: "
            "counts of a user's own key actions cannot reach the rest, the larger part. Whether other events of the "
            "user had named it is not counted in this share."
        )
    lead = f"{percent(share)} of what users act on in a test window they had acted on before"
    if share >= REPEATS:
        log = "a grocery log" if results.data.is_own else "this log"
        return (
            f"{lead}: {log} repeats itself, and that favours rules that count. A log that does so less may reverse "
            "these findings: <em>Your own log</em> says how to ask another one."
        )
    return f"{lead}, so most of it is new to them: counting what a user did before cannot reach the larger part."
