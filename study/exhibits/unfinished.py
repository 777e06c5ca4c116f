"""Which variants had their best round at the end of the budget, and where their trials are."""

from study.exhibits.figures import folded
from study.exhibits.markup import Html, bullets, code, joined, listing, paragraphs
from study.exhibits.prose import few_or_counted, plural
from study.exhibits.results import Results


def names(results: Results) -> list[str]:
    """The variants of an arm whose best round was the last of the budget, as HTML, best first."""
    return [code(row.variant) for row in results.leaderboard if row.unfinished]


def elsewhere(results: Results) -> str:
    """Those of the other arms with their arm, a sentence; nothing where there are none."""
    told = [
        f"in {code(arm.arm)} {few_or_counted(found, 'variant', 'named on <em>Tuning</em>')}"
        for arm in results.every()[1:]
        if (found := names(arm))
    ]
    return f"In other arms these had their best round at the end of the budget: {'; '.join(told)}." if told else ""


def summary(results: Results) -> Html:
    """How many trials the other arms have and where, and all of their variants that are unfinished, folded."""
    arms = results.every()[1:]
    if not arms:
        return Html("")
    trials = [f"{plural(_tuned(arm), 'trial')} of {code(arm.arm)}" for arm in arms]
    where = f"Not in this table: the {listing(trials)}, which are tables of <em>Downloads</em>."
    found = {arm.arm: names(arm) for arm in arms}
    amount = sum(map(len, found.values()))
    if not amount:
        return paragraphs([f"{where} No variant of these arms had its best round last."])
    items = bullets(f"{code(arm)}: {listing(some)}." for arm, some in found.items() if some)
    return joined([paragraphs([where]), folded(f"best round last, in other arms: {plural(amount, 'variant')}", items)])


def _tuned(arm: Results) -> int:
    """How many trials the searches of an arm have that had something to search."""
    return sum(len(search.trials) for search in arm.tuning.values() if search.space)
