"""What a log keeps of itself is freed with it, at once: a worker makes dozens of logs, of nearly a gigabyte each."""

import gc
import weakref

import numpy as np
import pytest

from study.features.aggregates import Aggregates
from study.models.user_rows import query_rows
from tests.made import asked, random_log


def of_pairs(queries):
    users = queries.users
    return Aggregates.kept(queries.log).rows(queries.local, users, np.zeros_like(users))


@pytest.fixture
def without_collections():
    """Only references count: what refers to itself stays."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("rows", [of_pairs, query_rows], ids=["what", "who"])
@pytest.mark.usefixtures("without_collections")
def test_a_log_that_has_been_asked_is_freed_with_its_queries(rows):
    queries = asked(random_log(np.random.default_rng(1)), 21)
    log = weakref.ref(queries.log)

    assert len(queries.users) == len(rows(queries))
    assert log() is not None
    del queries
    assert log() is None
