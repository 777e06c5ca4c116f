"""A budget that nobody could spend is refused."""

import pytest
from pydantic import ValidationError

from study.params.budget import Budget
from tests.tiny import BUDGET


@pytest.mark.parametrize("workers", [0, -2])
def test_workers_are_a_number_of_processes_or_all_cores(workers):
    assert [-1, 1, 8] == [Budget(**BUDGET | {"workers": number}).workers for number in (-1, 1, 8)]
    with pytest.raises(ValidationError, match=rf"workers\n.* {workers} is no .*; give 1 or more, or -1 for all cores"):
        Budget(**BUDGET | {"workers": workers})
