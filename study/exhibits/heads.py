"""The page Heads, hybrids and averages: what is added to a sequence model, or it to something else."""

from study.exhibits import choose, prose, topic
from study.exhibits.markup import Html, bullets, code, joined, listing
from study.exhibits.prose import plural
from study.exhibits.results import Results
from study.params.roster import AverageEntry, HybridEntry
from study.params.statistics import BEST


def verdicts(results: Results, about: str) -> Html:
    """What the contrasts of one topic, `head` or `hybrid`, show."""
    return topic.verdicts(results, about)


def composition(results: Results, about: str) -> Html:
    """What the variants that are compared are made of, and what differs."""
    return topic.composition(results, about)


def behind(results: Results, about: str) -> Html:
    """The sides of these contrasts, their seeds and their windows."""
    return topic.behind(results, about)


def _member(results: Results, member: str) -> str:
    """A variant; for the best of a family also which that is."""
    variant = choose.stands_for(results, member)
    if variant == member:
        return code(member)
    return f"{code(variant)} (the best on select of the {prose.family(member.removeprefix(BEST))})"


def recipes(results: Results) -> Html:
    """What each composed variant is made of."""
    items = []
    for name, entry in results.params.composed.items():
        if isinstance(entry, HybridEntry):
            made = f"{code(entry.loss)} on aggregates and on out-of-sample scores of {code(entry.base)}"
        elif isinstance(entry, AverageEntry):
            members = listing([_member(results, member) for member in entry.members])
            made = f"the mean of standardised scores of {members}, {plural(entry.fits, 'fit')} each"
        items.append(f"{code(name)}: {made}.")
    return bullets(items) if items else joined([])
