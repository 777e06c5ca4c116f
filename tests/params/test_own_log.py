"""What a log of one's own may run into: a source among the study's own files, a range of what has no numbers."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from study.errors import UserError
from study.params import load

PUBLISHED = Path(__file__).parents[2] / "params.yaml"


def written(folder: Path, **snapshot: Any) -> Path:
    """The published parameters with another snapshot."""
    raw = yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))
    raw["snapshot"] |= snapshot
    path = folder / "params.yaml"
    path.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("source", ["data/events", "data/events/log", "data", ".", "data/runs/log.csv", "data/exports"])
def test_a_log_among_what_the_study_writes_is_refused(source, tmp_path):
    """DVC would call the graph cyclic, and a folder be read with what the study has written to it."""
    with pytest.raises(UserError, match=rf"snapshot.source: the study itself writes to '{source}'; put the log else"):
        load(written(tmp_path, source=source))


@pytest.mark.parametrize("source", ["exports/events", "data/log.csv", "data/sources/log.csv", "data/events.csv"])
def test_a_log_beside_it_is_taken(source, tmp_path):
    assert source == load(written(tmp_path, source=source)).snapshot.source


@pytest.mark.parametrize("files", ["", ".", "/data/*.csv", "../*.csv", "2024**.csv", "**.csv", "a/b**/*.csv"])
def test_a_pattern_of_files_that_cannot_match_is_refused(files, tmp_path):
    with pytest.raises(UserError, match=r"params.yaml: snapshot.files: '.*' ?[a-z]*:? ") as raised:
        load(written(tmp_path, files=files))
    assert 1 == len(str(raised.value).splitlines())


@pytest.mark.parametrize(
    ("name", "kind", "is_taken"),
    [
        ("n" * 100, "categorical", True),
        ("n" * 101, "numeric", False),
        ("ü" * 51, "categorical", False),
        ("n" * 98, {"kind": "list", "items": 9}, True),
        ("n" * 98, {"kind": "list", "items": 10}, False),
    ],
)
def test_a_name_that_no_file_could_be_called_after_is_refused(name, kind, is_taken, tmp_path):
    attributes = yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))["snapshot"]["attributes"]
    path = written(tmp_path, attributes=attributes | {name: kind})
    if is_taken:
        assert name in load(path).snapshot.attributes
    else:
        with pytest.raises(UserError, match=rf"attributes.{name[:51]}.*: the name has more than 100 bytes; rename the"):
            load(path)


@pytest.mark.parametrize("files", ["*", "*.csv", "2024*/*.csv.gz", "**/2024/*.csv", "2024/**"])
def test_a_pattern_of_files_may_name_folders(files, tmp_path):
    assert files == load(written(tmp_path, files=files)).snapshot.files


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ({"kind": "ordinal", "order": ["1", "2", "3", "4", "5"]}, "'price' has an order of its own, and no numbers"),
        ("ordinal", None),
        ("numeric", None),
    ],
    ids=str,
)
def test_a_range_is_one_of_numbers(kind, said, tmp_path):
    """What has an order of its own holds places in it: `least: 4` would be the fifth of them."""
    path = written(tmp_path)
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    raw["snapshot"]["attributes"]["price"] = kind
    raw["questions"]["coupons"]["key_action"] = {"event_type": ["purchase"], "price": {"least": 4}}
    path.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    if said is None:
        assert load(path).questions["coupons"].key_action["price"].least == 4
    else:
        with pytest.raises(UserError, match=said):
            load(path)
