"""What the pages about one topic have in common: verdicts, what is compared, what lies behind."""

from study.exhibits import contrasts, evidence, in_worlds
from study.exhibits.markup import Html, joined, paragraphs
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
    """The sides of these contrasts, seeds and windows, and the same in worlds; says so where there are no contrasts."""
    found = results.about(topic)
    if not found:
        return paragraphs([EMPTY])
    return joined([evidence.evidence(results, found), in_worlds.beside(found)])
