"""The page Representation: what an event becomes before the model reads it."""

from study.exhibits import contrasts
from study.exhibits.markup import Html
from study.exhibits.results import Contrast, Results

QUESTION = "representation"


def verdicts(results: Results) -> Html:
    """What the contrasts of representations show."""
    return contrasts.section(results, _declared(results))


def evidence(results: Results) -> Html:
    """The sides of the contrasts, their seeds and their windows."""
    return contrasts.evidence(results, _declared(results))


def composition(results: Results) -> Html:
    """What the variants that are compared are made of, and what differs."""
    return contrasts.composition(results, _declared(results))


def _declared(results: Results) -> list[Contrast]:
    return results.about(QUESTION)
