"""Candidates of a model whose classes are tokens."""

import numpy as np

from study.features.sequences import token_starts
from study.models.prompt import ABSENT, CandidateTokens
from tests.made import day_of, made_log

ROWS = [
    *(("a", 1.0, "buy", item, None) for item in "xyz"),
    *(("b", 9.0, "buy", item, "red") for item in "wy"),
]


def test_a_log_that_ends_before_the_first_event_of_a_candidate_has_no_tokens_of_it_and_those_of_the_others():
    log = made_log(ROWS)
    early, starts = log.before(day_of(8.0)), token_starts(log)
    late = log.catalogue.index("w")
    whole, part = (np.array(CandidateTokens.of(some, starts).candidates) for some in (log, early))
    others = np.arange(len(log.catalogue)) != late

    assert (4, 1) == whole.shape == part.shape
    assert (whole > 0).all()
    assert ABSENT == part[late, 0]
    assert np.array_equal(whole[others], part[others])
    assert 4 == len(np.unique(whole))
