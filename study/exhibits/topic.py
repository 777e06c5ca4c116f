"""What the pages about one topic have in common: verdicts, what is compared, what lies behind."""

from study.exhibits import contrasts, evidence
from study.exhibits.markup import Html, paragraphs
from study.exhibits.results import Results

EMPTY = "Nothing, since no contrast of this run is about this."


def verdicts(results: Results, topic: str) -> Html:
    """What the contrasts of a topic show: a sentence each, and their forest."""
    return contrasts.section(results, results.about(topic))


def composition(results: Results, topic: str) -> Html:
    """What the variants that are compared are made of, and what differs; says so where none is compared."""
    found = results.about(topic)
    return evidence.composition(results, found) if found else paragraphs([EMPTY])


def behind(results: Results, topic: str) -> Html:
    """The sides of these contrasts, their seeds and their windows; says so where there are none."""
    found = results.about(topic)
    return evidence.evidence(results, found) if found else paragraphs([EMPTY])
