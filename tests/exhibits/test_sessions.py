"""Pages of a question about the rest of sessions."""

from dataclasses import replace

import pytest

from study.exhibits import data, tuning, young


@pytest.fixture
def sessions(made):
    """Results of the young arm, whose question is about the rest of sessions."""
    results = made(young=lambda _: None)
    asked = {"horizon_days": None, "horizon_minutes": 16, "sessions": True}
    questions = {name: one.model_copy(update=asked) for name, one in results.params.questions.items()}
    return replace(results, params=results.params.model_copy(update={"questions": questions}), arm="young")


@pytest.mark.parametrize("told", [data.card, tuning.summary])
def test_pages_with_days_say_that_these_are_not_those_of_the_log(sessions, made, told):
    assert "those of the study&#x27;s clock" in told(sessions).text.replace("'", "&#x27;")
    assert "clock" not in told(made()).text


def test_windows_of_sessions_are_counted_without_a_length(sessions):
    assert "2 to 5 windows before a query, on test none" in young.answer(sessions).text
