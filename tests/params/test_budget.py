"""A budget that nobody could spend is refused."""

import pytest
from pydantic import ValidationError

from study.params.budget import Budget
from tests.tiny import BUDGET


def test_no_workers_are_refused_and_all_cores_are_taken_by_a_number_below_0():
    assert -1 == Budget(**BUDGET | {"workers": -1}).workers
    with pytest.raises(ValidationError, match="workers: 0 works on nothing; -1 takes all cores"):
        Budget(**BUDGET | {"workers": 0})
