"""What the pages about one topic have in common: verdicts, what is compared, what lies behind."""

from study.exhibits import contrasts, evidence
from study.exhibits.markup import Html
from study.exhibits.results import Results


def verdicts(results: Results, topic: str) -> Html:
    """What the contrasts of a topic show: a sentence each, and their forest."""
    return contrasts.section(results, results.about(topic))


def composition(results: Results, topic: str) -> Html:
    """What the variants that are compared are made of, and what differs."""
    return evidence.composition(results, results.about(topic))


def behind(results: Results, topic: str) -> Html:
    """The sides of these contrasts, their seeds and their windows."""
    return evidence.evidence(results, results.about(topic))
