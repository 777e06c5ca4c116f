"""What `init` writes can be read whatever stands in the log, and in whatever style `params.yaml` was."""

import polars as pl
import pytest
import yaml

from study.__main__ import main
from study.params import load
from study.paths import PARAMS
from tests.stages.own_log import funnel, workspace

__all__ = ["workspace"]

ENDS = ["\n", "\r\n\t", "\x85\u2028\u2029", "\x7f\ufeff\x00\U000e0001", "\n  min_count: 7\nx: #"]


@pytest.mark.parametrize("end", ENDS, ids=ascii)
def test_a_value_that_would_end_a_comment_is_escaped(workspace, end):
    kinds = pl.col("event_name").replace({"page_view": f"page{end}view", "order_placed": f"order{end}placed"})
    log = funnel().with_columns(kinds, user=pl.col("customerId"))
    log.rename({"price": f"price{end}all", "user": f"user{end}", "constant": f"none{end}"}).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    params = load()
    assert {"event_type": [f"order{end}placed"]} == params.questions["categories"].key_action
    assert f"price{end}all" in params.snapshot.attributes
    assert 2 == params.features.min_count
    assert 0 == main(["check"])


def test_the_features_are_set_in_any_style_of_the_file(workspace):
    raw = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    features = raw.pop("features")
    written = yaml.safe_dump({"features": features}, default_flow_style=True).strip()[1:-1]
    PARAMS.write_text(f"{yaml.safe_dump(raw, sort_keys=False)}{written}\n", encoding="utf-8")
    funnel().write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert (2, 49) == (load().features.min_count, load().features.warmup_days)
    assert features["bins"] == load().features.bins
