"""The page Representation: what an event becomes before the model reads it."""

from collections.abc import Sequence

from study.exhibits import choose, optimizer_steps, scope, topic
from study.exhibits.beats import expected_alike
from study.exhibits.clauses import hedged
from study.exhibits.markup import Html, bullets, joined, paragraphs
from study.exhibits.prose import brief, count, number, percent, plural, sentence
from study.exhibits.results import Results
from study.params.roster import SequenceEntry


def history(results: Results) -> Html:
    """How much of a history each layout sees, and the contrasts that tell this apart; says so where one is missing."""
    entries = [one for one in results.params.entries(results.arm).values() if isinstance(one, SequenceEntry)]
    contexts = {
        flat: [e.context for e in entries if choose.is_of_tokens(e.model_dump()) is flat] for flat in (True, False)
    }
    tokens, events = (max(found, default=None) for found in contexts.values())
    if tokens is None or events is None:
        missing = "flat" if tokens is None else "event-level"
        return paragraphs([f"Nothing to compare, since no {missing} model is of this arm."])
    per_event = scope.tokens_of_event(results)
    text = (
        f"The context of a flat model is counted in tokens: {count(tokens)}. With {number(per_event, 1)} tokens to an "
        f"event of this log on average, they hold about {plural(round(tokens / per_event), 'event')} of history, where "
        f"an event-level model sees up to {count(events)}. A query has all that there is room for. In "
        "training histories are cut into pieces, and a place asked in the middle of one sees only the half before it, "
        "flat or event-level."
    )
    longest, least = scope.longest(results), min(scope.events_seen(results, entry.model_dump()) for entry in entries)
    if longest <= least:
        text += (
            f" Nineteen of twenty users of this log have no more than {count(longest)} events, which every model "
            "holds: what is called a longer history below is none."
        )
    text += "".join(
        f" {told}" for told in [*_asked(entries, per_event), *filter(None, [optimizer_steps.told(results)])]
    )
    return joined([paragraphs([text]), bullets(_controls(results))])


def verdicts(results: Results) -> Html:
    """What the contrasts of representations show, and which of them could hardly show anything else."""
    expected = expected_alike(results, results.about("representation"))
    return joined([topic.verdicts(results, "representation"), paragraphs([sentence(expected)] if expected else [])])


def _asked(entries: Sequence[SequenceEntry], per_event: float) -> list[str]:
    """At which of its positions a flat model that predicts the next token is asked, a sentence; none without one."""
    asked = [choose.declared(entry.model_dump()) for entry in entries]
    shares = sorted({found["read_share"] for found in asked if found["classes"] == "tokens"})
    return [
        "In training one that predicts the next token is asked wherever a candidate of a key action comes next, and at "
        f"{percent(share)} of its other positions, about {number(share * (per_event - 1), 1)} in an event."
        for share in shares
        if share < 1
    ]


def _controls(results: Results) -> list[str]:
    """With a history as short as that of a flat model; what the longer one is worth, and what attributes are."""
    at_flat = choose.about(results, {"layout": "event"}, {"layout": "token"})
    short = [contrast for contrast in at_flat if choose.is_short(results, contrast.left_variant)]
    names = {contrast.left_variant for contrast in short}
    longer = choose.others(choose.onto(results, names), short)
    lead = scope.short_histories(results, short).removesuffix(f" as {scope.OF_FLAT}")
    clauses = {
        sentence(lead).removesuffix("."): short,
        "What the longer history is worth": longer,
        "What an event's attributes beside its candidate are worth": choose.over_candidates(results),
    }
    margin, more = results.margin, hedged(results)
    return [
        f"{lead}: {'; '.join(f'{brief(c, margin)}{more(c)}' for c in found)}."
        for lead, found in clauses.items()
        if found
    ]
