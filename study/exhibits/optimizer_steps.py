"""How many steps of the optimizer flat models take at as many events as others."""

from study.exhibits import choose, scope
from study.exhibits.markup import Html, paragraphs
from study.exhibits.prose import count, number
from study.exhibits.results import Results
from study.params.parts import names_in
from study.params.roster import SequenceEntry

MODEL = "study.models.sequence"
"""Says how large a batch of tokens is; read as text, for no page imports a model."""


def shown(results: Results) -> Html:
    """The same as a paragraph of its own."""
    return paragraphs(filter(None, [told(results)]))


def told(results: Results) -> str:
    """How many times as many, a sentence; nothing where they are as many, or where no flat model counts events."""
    entries = [one for one in results.params.entries(results.arm).values() if isinstance(one, SequenceEntry)]
    larger: int = names_in(MODEL)["TOKENS_IN_BATCH"]
    times = scope.tokens_of_event(results) / larger
    flat = [one for one in entries if choose.is_of_tokens(one.model_dump()) and one.budget_in == "events"]
    if number(times, 1) == number(1, 1) or not flat:
        return ""
    return (
        f"A batch of tokens has {count(larger)} times the positions of a batch of events, so {number(1 / times, 2)} "
        f"times the events: at an equal number of events a flat model takes about {number(times, 1)} times as many "
        "steps of the optimizer. The learning rate is tuned on every side, the batch on none, and no contrast tells "
        "the steps from the representation."
    )
