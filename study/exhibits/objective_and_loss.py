"""The page Objective and loss: what a model is asked for, and how a wrong answer is paid."""

from study.exhibits import topic
from study.exhibits.markup import Html
from study.exhibits.results import Results


def verdicts(results: Results, about: str) -> Html:
    """What the contrasts of one topic, `objective` or `loss`, show."""
    return topic.verdicts(results, about)


def composition(results: Results, about: str) -> Html:
    """What the variants that are compared are made of, and what differs."""
    return topic.composition(results, about)


def behind(results: Results, about: str) -> Html:
    """The sides of these contrasts, their seeds and their windows."""
    return topic.behind(results, about)
