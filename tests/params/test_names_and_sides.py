"""What a name may be, and what two sides of a contrast may not be."""

import pytest
import yaml

from study.errors import UserError
from study.params import load
from study.params.question import WhatQuestion
from study.stages.refusals import refuse_sections
from tests.params.test_load import PUBLISHED, changed


def refused(place, value, folder) -> str:
    """What is said of the published parameters with one value changed; it is one line."""
    with pytest.raises(UserError) as caught:
        refuse_sections(load(changed(place, value, folder)))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "place",
    ["contrasts.repeat-over-plain", "worlds.contrasts.order-over-transitions"],
)
def test_a_contrast_of_a_variant_with_itself_is_refused(place, tmp_path):
    right = yaml.safe_load(changed("seed", 1, tmp_path).read_text(encoding="utf-8"))
    for key in [*place.split("."), "right"]:
        right = right[key]

    assert f"{place}: both sides are '{right}'" in refused(f"{place}.left", right, tmp_path)


@pytest.mark.parametrize("name", ["my streak", "@x", "my/streak", "best:streak", "-x", ".x", "", "$(x)"])
@pytest.mark.parametrize("place", ["roster", "composed", "questions"])
def test_a_name_that_no_stage_or_file_could_have_is_refused(place, name, tmp_path):
    """`dvc repro` would run another command, or none, and a side of a contrast could stand for something else."""
    entries = yaml.safe_load(changed("seed", 1, tmp_path).read_text(encoding="utf-8"))[place]
    first = next(iter(entries.values()))

    assert f"'{name}' is no name here: it must match" in refused(place, entries | {name: first}, tmp_path)


@pytest.mark.parametrize("name", ["markov-2", "Markov_2", "1.5", "größe"])
def test_other_names_of_variants_are_taken(name, tmp_path):
    entries = yaml.safe_load(changed("seed", 1, tmp_path).read_text(encoding="utf-8"))["roster"]

    assert name in load(changed("roster", entries | {name: entries["markov"]}, tmp_path)).roster


@pytest.mark.parametrize("name", ["composed", "compare_with"])
def test_what_dvc_reads_may_be_empty_but_not_missing(name, tmp_path):
    """DVC itself would end with a line about `foreach`."""
    raw = yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))
    path = tmp_path / "params.yaml"
    path.write_text(
        yaml.safe_dump({key: value for key, value in raw.items() if key != name}, sort_keys=False), encoding="utf-8"
    )

    with pytest.raises(UserError, match=rf"params\.yaml: {name}: "):
        load(path)


def test_a_truth_value_of_yaml_is_the_text_that_a_log_has_for_it():
    asked = load().questions["categories"].model_dump() | {"key_action": {"is_mobile": [True, 2]}}

    assert {"is_mobile": ["true", "2"]} == WhatQuestion.model_validate(asked).key_action
