"""`params.yaml` as plain values: those of YAML, but for a key that stands twice."""

from pathlib import Path

import pytest
import yaml

from study.errors import UserError
from study.params import load
from study.params.plain import plain, read_plain

PUBLISHED = Path(__file__).parents[2] / "params.yaml"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("\nbudget: default", "\nseed: 1\nbudget: default", "line 3: seed stands there twice, first in line 2; remove"),
        ("  name: complete", "  name: other\n  name: complete", "line 7: snapshot.name stands there twice, first in l"),
        (
            "{kind: what, ",
            "{kind: who, kind: what, ",
            "line 25: questions.categories.kind stands there twice, first in",
        ),
    ],
)
def test_a_key_that_stands_there_twice_is_refused_with_its_line(old, new, said, tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text(PUBLISHED.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    for read in (load, read_plain):
        with pytest.raises(UserError) as caught:
            read(path)
        assert str(caught.value).startswith(f"{path}: {said}")


def test_plain_values_are_those_of_yaml(tmp_path):
    text = "a: &a {x: 1, y: [b, null]}\nb: {<<: *a, x: 2}\nc: [*a, *a]\n"

    assert yaml.safe_load(PUBLISHED.read_text(encoding="utf-8")) == read_plain(PUBLISHED)
    assert yaml.safe_load(text) == plain(text, tmp_path)
