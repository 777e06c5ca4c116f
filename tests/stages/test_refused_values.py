"""Values of `params.yaml` that are of the right type, and of no use, stop the study before anything is made."""

import pytest
import yaml

import study.__main__ as command_line
from study.paths import PARAMS
from tests.tiny import ROOT, inside


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (("statistics", "margin", float("inf")), "statistics.margin: inf is not finite; give a number"),
        (
            ("questions", "coupons", {"eligible_days": float("inf")}),
            "questions.coupons.eligible_days: inf is not finite; give a number",
        ),
        (
            ("snapshot", "attributes", {"price": {"kind": "ordinal", "order": ["S", "M", "S"]}}),
            "snapshot.attributes.price.order: 'S' stands twice; name each value once",
        ),
        (
            ("snapshot", "attributes", {"price": {"kind": "ordinal", "order": ["S", ""]}}),
            "snapshot.attributes.price.order: '' is a missing value; leave it out",
        ),
    ],
)
def test_a_value_that_no_stage_could_use_stops_the_study_first(tmp_path, capsys, where, told):
    raw = yaml.safe_load((ROOT / PARAMS).read_text(encoding="utf-8")) | {"compare_with": []}
    (tmp_path / "study").symlink_to(ROOT / "study")
    section, key, value = where
    raw[section][key] = raw[section][key] | value if isinstance(value, dict) else value
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")

    with inside(tmp_path):
        assert 2 == command_line.main(["check", "--parameters"])
    assert [f"downfunnel: params.yaml: {told}"] == capsys.readouterr().err.splitlines()
    assert not (tmp_path / "data").exists()
