"""The page Heads, hybrids and averages: what is added to a sequence model, or it to something else."""

from study.exhibits import prose
from study.exhibits.markup import Html, bullets, code, joined, listing, paragraphs
from study.exhibits.prose import plural
from study.exhibits.results import Results
from study.params.roster import AverageEntry, ComposedEntry, HybridEntry
from study.params.statistics import BEST

LIMIT = (
    "A limitation of hybrids: the setting of the base and the number of its rounds were chosen by recall on the "
    "windows of stop and select, and so was the base itself, on the log that the study was made with. In the refit "
    "these are among the last windows of the span, the ones that the trees of a hybrid learn from. The weights of the "
    "base are out of sample there, but its setting and rounds are not, so the trees may trust the base a little more "
    "than test justifies. Test itself had no part in the choice."
)


def _member(results: Results, member: str) -> str:
    """A variant; for the best of a family also which that is."""
    variant = results.stands_for(member)
    if variant == member:
        return code(member)
    return f"{code(variant)} (the best on select of the {prose.family(member.removeprefix(BEST))})"


def _made(results: Results, entry: ComposedEntry) -> str:
    """What a composed variant is made of; of a type without a recipe here the members alone."""
    if isinstance(entry, HybridEntry):
        return f"{code(entry.loss)} on aggregates and on out-of-sample scores of {_member(results, entry.base)}"
    members = listing([_member(results, member) for member in entry.sources()])
    if isinstance(entry, AverageEntry):
        of = "each" if len(entry.sources()) > 1 else "of it"
        return f"the mean of standardised scores of {members}, {plural(entry.fits, 'fit')} {of}"
    return f"made of {members}"


def recipes(results: Results) -> Html:
    """What each composed variant is made of, and what hybrids are limited by; says so where there is none."""
    items = [f"{code(name)}: {_made(results, entry)}." for name, entry in results.params.composed.items()]
    if not items:
        return paragraphs(["No variant of this roster is composed of others."])
    is_hybrid = any(isinstance(entry, HybridEntry) for entry in results.params.composed.values())
    return joined([bullets(items), paragraphs([LIMIT] if is_hybrid else [])])
