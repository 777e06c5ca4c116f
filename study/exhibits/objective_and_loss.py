"""The page Objective and loss: what a model is asked for, and how a wrong answer is paid."""

from study.exhibits import contrasts, evidence
from study.exhibits.markup import Html
from study.exhibits.results import Results


def verdicts(results: Results, question: str) -> Html:
    """What the contrasts of one question, `objective` or `loss`, show."""
    return contrasts.section(results, results.about(question))


def composition(results: Results, question: str) -> Html:
    """What the variants that are compared are made of, and what differs."""
    return evidence.composition(results, results.about(question))


def behind(results: Results, question: str) -> Html:
    """The sides of these contrasts, their seeds and their windows."""
    return evidence.evidence(results, results.about(question))
