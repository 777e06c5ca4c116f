"""The page Representation: what an event becomes before the model reads it."""

from study.exhibits import contrasts, evidence
from study.exhibits.markup import Html
from study.exhibits.results import Results

QUESTION = "representation"


def verdicts(results: Results) -> Html:
    """What the contrasts of representations show."""
    return contrasts.section(results, results.about(QUESTION))


def composition(results: Results) -> Html:
    """What the variants that are compared are made of, and what differs."""
    return evidence.composition(results, results.about(QUESTION))


def behind(results: Results) -> Html:
    """The sides of the contrasts, their seeds and their windows."""
    return evidence.evidence(results, results.about(QUESTION))
