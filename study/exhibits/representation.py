"""The page Representation: what an event becomes before the model reads it."""

from study.exhibits import topic
from study.exhibits.markup import Html
from study.exhibits.results import Results

TOPIC = "representation"


def verdicts(results: Results) -> Html:
    """What the contrasts of representations show."""
    return topic.verdicts(results, TOPIC)


def composition(results: Results) -> Html:
    """What the variants that are compared are made of, and what differs."""
    return topic.composition(results, TOPIC)


def behind(results: Results) -> Html:
    """The sides of the contrasts, their seeds and their windows."""
    return topic.behind(results, TOPIC)
