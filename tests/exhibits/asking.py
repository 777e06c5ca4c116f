"""Asks the questions of Findings, and turns verdicts."""

import re

from study.exhibits import answers
from study.exhibits.prose import raised

EVERY = {question.asked: question for question in answers.QUESTIONS}
UNREAD = "one of own counts, dates and popularity alone"
"""What a head on the user's own counts is called where it stands beside one that reads the history as well."""
VERDICTS = {"better": 0.02, "worse": -0.02, "equivalent": 0.001, "undetermined": 0.006}


def as_long(change=lambda _: None):
    """A change of results, before another: a longer history is worth nothing in the main arm, and turns no verdict."""

    def changed(written):
        for one in written["contrasts.json"]:
            if one["name"] == "long-over-short":
                one |= {"verdict": "equivalent", "effect": 0.0, "low": 0.0, "high": 0.0}
        change(written)

    return changed


def told(results, asked: str) -> str:
    """The whole answer as plain text: the sentence, and what stands beside it."""
    question = EVERY[asked]
    told = f"{asked} {raised(question.answer(results).whole)} ({question.title})."
    return re.sub(r"<[^>]+>", "", told)


def lead(results, asked: str) -> str:
    """The sentence alone, without its question and link, as plain text."""
    return re.sub(r"<[^>]+>", "", EVERY[asked].answer(results).lead)


def short(results, asked: str) -> str:
    """What a reader sees before anything is unfolded, without the question and the link, as plain text."""
    return re.sub(r"<[^>]+>", "", EVERY[asked].answer(results).short)


def say(verdict: str, *names: str, effect: float | None = None):
    """A change of results: the named contrasts, or all, get the verdict."""

    def change(written):
        for one in written["contrasts.json"]:
            if not names or one["name"] in names:
                value = VERDICTS[verdict] if effect is None else effect
                one |= {"verdict": verdict, "effect": value, "low": value - 0.004, "high": value + 0.004}

    return change
