"""A log for question `who`, in which each user takes the key action at a rate of its own."""

from datetime import date, timedelta

import numpy as np

from study.events.fold import Fold
from study.events.log import Log
from study.events.spans import Spans
from study.params.question import WhoQuestion, Windows
from tests.made import FEATURES, day_of, made_log

QUESTION = WhoQuestion(
    kind="who",
    key_action={"event_type": ["buy"], "colour": ["red"]},
    eligible_days=14,
    horizon_days=7,
    windows=Windows(stop=1, select=1, test=1),
)
DAYS = 77
END = 70


def screened_log(users: int = 60, seed: int = 0) -> Log:
    """One visit every two days; a third of the users buy red in a fifth of them, the others hardly ever."""
    random = np.random.default_rng(seed)
    rows = []
    for user in range(users):
        rate = 0.2 if user % 3 == 0 else 0.01
        for day in np.sort(random.uniform(0, DAYS, DAYS // 2)):
            colour = "red" if random.random() < rate else f"c{random.integers(3)}"
            kind = "buy" if colour == "red" or random.random() < 0.5 else "look"
            rows.append((f"u{user:03}", float(day), kind, f"i{random.integers(4)}", colour))
    return made_log(rows, QUESTION)


def screened_fold(log: Log, end: int = END) -> Fold:
    """The fold of everything before a day."""
    whole = Spans("UTC", QUESTION.horizon_days, date(2024, 1, 1), [], [], [])
    spans = Spans("UTC", 7, date(2024, 1, 1), [whole.window(date(2024, 1, 1) + timedelta(days=end))], [], [])
    return Fold(log.before(day_of(end)), spans, day_of(end), FEATURES, eligible_days=QUESTION.eligible_days)
