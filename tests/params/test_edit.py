"""An edit of params.yaml changes the values it names and not a byte else."""

import pytest
import yaml
from dvc.utils.serialize import load_yaml, modify_yaml

from study.errors import UserError
from study.params.edit import edited
from study.params.plain import read_plain
from study.paths import PARAMS
from tests.tiny import ROOT

TEXT = """# head
snapshot: # which
  name: old   # its name
  source: "a: b" # from
  until: 2017-10-01
compare_with:
  - one # first
  # between
  - two
# after
warm_start:
last: {a: 1, b: [x, y]}
"""


def test_comments_and_layout_stay():
    changes = {"snapshot.name": "new", "snapshot.until": None, "compare_with": ["old", "one"], "warm_start": "old"}
    changes |= {"last.b": []}

    expected = """# head
snapshot: # which
  name: new   # its name
  source: "a: b" # from
  until: null
compare_with:
    [old, one]
# after
warm_start: old
last: {a: 1, b: []}
"""
    assert expected == edited(TEXT, changes)


@pytest.mark.parametrize("name", ["2026-11", "1e3", "0o7", "null", "no", "2026-11-01", "3", "a.b-c", "ä: {", "it's"])
def test_text_stays_text_for_every_reader(name):
    from ruamel.yaml import YAML  # noqa: PLC0415 - what DVC reads params.yaml with

    written = edited(TEXT, {"snapshot.name": name})

    assert name == yaml.safe_load(written)["snapshot"]["name"]
    assert name == YAML(typ="safe").load(written)["snapshot"]["name"]


def test_a_list_in_lines_may_stand_below_the_first_letter_of_its_key():
    assert {"a": ["z"], "b": 1} == yaml.safe_load(edited("a: # why\n- x\n- y\nb: 1\n", {"a": ["z"]}))


def test_a_key_that_is_missing_is_added_at_the_end_and_one_in_a_section_is_not():
    assert "a: 1\nb: [x]\n" == edited("a: 1", {"b": ["x"]})
    with pytest.raises(KeyError):
        edited(TEXT, {"snapshot.nmae": "x"})


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("base: &b\n  c: 1\nx: *b\n", "x.c"),
        ("base: &b\n  c: 1\nx: *b\n", "base.c"),
        ("base: &b 1\nx: *b\n", "x"),
        ("base: &b 1\nx: *b\n", "base"),
        ("base: [&b 1, 2]\nx: *b\n", "base"),
        ("base:\n- &b 1\nx:\n- 2\n- *b\n", "x"),
        ("base: &b {c: 1}\nx: {<<: *b}\n", "x.c"),
        ("base: &b {c: {d: 1}}\nx: {<<: *b}\n", "x.c.d"),
    ],
)
def test_a_value_that_stands_for_others_too_is_refused_by_its_key(text, key):
    with pytest.raises(UserError, match=rf"^params.yaml: {key}: .*; write its values out$"):
        edited(text, {key: 3})


def test_values_beside_anchors_aliases_and_merges_are_changed_alone():
    text = "base: &b\n  c: 1\nx: {<<: *b, d: 2}\ny: &never 5\n"

    assert text.replace("2", "3").replace("&never 5", "6") == edited(text, {"x.d": 3, "y": 6})


def test_an_alias_whose_anchor_is_gone_is_one_line():
    """As after a section with the anchor has been written anew."""
    with pytest.raises(UserError, match=r"^params.yaml: .*alias 'b'.*; write its values out$"):
        edited("base: 1\nx: *b\n", {"base": 2})


def test_the_published_parameters_keep_every_other_byte():
    text = (ROOT / PARAMS).read_text(encoding="utf-8")
    written = edited(text, {"snapshot.name": "2026-11", "snapshot.source": "data/sources/2026-11.parquet"})
    changed = [pair for pair in zip(text.splitlines(), written.splitlines(), strict=True) if pair[0] != pair[1]]

    assert ['  name: "2026-11"'] == [after for _, after in changed][:1]
    assert 2 == len(changed)
    assert changed[1][1].startswith("  source: data/sources/2026-11.parquet #")


def test_the_file_can_be_read_after_dvc_has_changed_a_parameter(tmp_path):
    """`dvc exp run -S` writes it anew, without the quotes of ours."""
    path = tmp_path / PARAMS
    path.write_bytes((ROOT / PARAMS).read_bytes())
    with modify_yaml(path) as values:
        values["features"]["max_queries"] = 7
    expected = yaml.safe_load((ROOT / PARAMS).read_text(encoding="utf-8"))
    expected["features"]["max_queries"] = 7

    assert expected == read_plain(path)
    assert expected == load_yaml(path)
