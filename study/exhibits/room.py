"""What the page Is it the data? says of how many events a context of tokens holds: the more attributes, the fewer."""

from collections.abc import Sequence

from study.exhibits import choose, scope
from study.exhibits.changes import NOISE, WITHOUT, of_kind
from study.exhibits.markup import code, listing
from study.exhibits.prose import count, plural
from study.exhibits.records import Diagnosis
from study.exhibits.results import Results


def told(results: Results, contrasts: Sequence[Diagnosis]) -> list[str]:
    """How many events each flat model holds that was asked about attributes or noise, a sentence or two for each."""
    flat = [name for name, entry in results.params.variants.items() if choose.is_of_tokens(entry.model_dump())]
    asked = {variant: [c.change for c in contrasts if c.left_variant == variant] for variant in flat}
    return [text for variant, changes in asked.items() if (text := _told(results, variant, changes))]


def _told(results: Results, variant: str, changes: Sequence[str]) -> str:
    """Nothing where hardly any history is longer than what the context holds under every change."""
    taken = [name for change in changes if (name := of_kind(change, WITHOUT)) is not None]
    added = sorted(int(number) for change in changes if (number := of_kind(change, NOISE)) is not None)
    if not taken and not added:
        return ""
    context, tokens = choose.parts_of(results, variant)["context"], scope.tokens_of_event(results)
    known = results.data.attributes
    more = sorted({round(context / (tokens - 1 + known[name].missing)) for name in taken if name in known})
    fewer = {number: round(context / (tokens + number)) for number in added}
    whole = round(context / tokens)
    if min([whole, *fewer.values()]) >= scope.longest(results):
        return ""
    held = [
        f"{plural(whole, 'event')} of this log as it is",
        *([f"{' to '.join(dict.fromkeys([count(more[0]), count(more[-1])]))} without one attribute"] if more else []),
        *(f"{count(events)} with {plural(number, 'random attribute')} added" for number, events in fewer.items()),
    ]
    return (
        f"The context of {code(variant)} is counted in tokens: it holds about {listing(held)}. What such a change "
        "costs or gains is therefore that of a history of another length as well."
    )
