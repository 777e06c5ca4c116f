"""What a roster entry says and nothing would read, or nothing would tune, is refused."""

import pytest

from study.params import load
from tests.params.test_load import changed
from tests.params.test_names_and_sides import refused


@pytest.mark.parametrize("pretrain", ["next_token_weighted", "next_token_contrastive"])
def test_pretraining_has_no_weight_that_the_objective_has_none_of(pretrain, tmp_path):
    told = refused("roster.flat-next.pretrain", pretrain, tmp_path)

    assert f"roster.flat-next.pretrain: '{pretrain}' has a weight in its loss" in told
    assert "'next_token' has none; name one without it" in told


@pytest.mark.parametrize(
    ("variant", "pretrain"),
    [
        ("flat-weighted-tokens", "next_token"),
        ("flat-weighted-tokens", "next_token_weighted"),
        ("flat-contrastive-tokens", "next_token"),
    ],
)
def test_pretraining_may_do_without_the_weight_of_the_objective(variant, pretrain, tmp_path):
    assert pretrain == load(changed(f"roster.{variant}.pretrain", pretrain, tmp_path)).roster[variant].pretrain


def test_a_model_that_asks_at_cutoffs_alone_has_no_prefixes_to_choose(tmp_path):
    told = refused("roster.who-sum-bce.prefixes", True, tmp_path)

    assert "roster.who-sum-bce.prefixes: model screening_sequence asks once per user and cut-off anyway" in told
