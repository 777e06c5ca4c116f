"""The names of the changes of the diagnostics, read and told."""

import pytest

from study.exhibits import changes


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("last-16", "the last 16 events only"),
        ("noise-1", "1 random attribute added"),
        ("noise-5", "5 random attributes added"),
        ("users-25", "25 % of the users"),
        ("no-time", "a steady pace instead of time"),
    ],
)
def test_changes_have_names_in_prose(change, expected):
    assert expected == changes.telling(change)


@pytest.mark.parametrize(
    ("change", "is_at_test"), [("order-at-test", True), ("order-retrained", False), ("last-8", True), ("lastly", False)]
)
def test_a_change_at_test_alone_is_one_that_the_fits_know_nothing_of(change, is_at_test):
    assert is_at_test == changes.is_at_test_alone(change)


def test_what_follows_is_that_of_the_kind_alone():
    assert "8" == changes.of_kind("last-8", changes.LAST)
    assert "a-b" == changes.of_kind("without-a-b", changes.WITHOUT)
    assert changes.of_kind("last-8", changes.NOISE) is None
