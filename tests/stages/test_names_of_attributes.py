"""A log may call its attributes as the code calls columns of its own."""

import json

import polars as pl
import pytest

from study.__main__ import main
from study.paths import data_card_file
from study.stages import features, snapshot, split
from tests.tiny import ATTRIBUTES, inside, tiny_log, tiny_params, write_workspace

NAMES = (
    *("count", "value", "len", "index", "row", "day", "days", "local_day", "first", "last", "cutoff", "time", "user"),
    *("label", "relevant", "seen", "pair", "returns", "length", "events", "future", "repeated", "h", "v", "code"),
    *("literal", "number", "place", "seed", "queries", "variant", "score", "rank", "users", "type", "name"),
)


@pytest.mark.parametrize("kind", ["categorical", "numeric", "ordinal"])
def test_from_check_to_features_no_name_is_taken(tmp_path, kind):
    values = pl.col("category" if kind == "categorical" else "price")
    log = tiny_log().with_columns(values.alias(name) for name in NAMES)
    described = tiny_params()["snapshot"] | {"attributes": ATTRIBUTES | dict.fromkeys(NAMES, kind)}
    write_workspace(tmp_path, log, snapshot=described)

    with inside(tmp_path):
        assert 0 == main(["check"])
        snapshot.run()
        for question in ("categories", "young", "coupons"):
            split.run(question)
            features.run(question)
        told = json.loads(data_card_file("tiny", "categories").read_text(encoding="utf-8"))["attributes"]

    assert kind == told["count"]["kind"]
    assert all(told["count"] == told[name] for name in NAMES)
