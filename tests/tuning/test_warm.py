"""A warm start: what another snapshot chose is tried right after the defaults, and nothing else of the search moves."""

import json
from typing import Any

import pytest
import yaml

from study.errors import UserError
from study.paths import code_of, data_card_file, run_folder, tuning_file, write_text
from study.stages import check, features, snapshot, split, train
from tests.tiny import BUDGET, ROOT, inside, tiny_log, write_workspace

VARIANT, COUNTING = "personal-decay", "recent-popularity"
SPACE = {"half_life_days": {"low": 2.0, "high": 400.0, "log": True}}


def budgets(trials: int, batch: int) -> dict[str, Any]:
    raw = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["budgets"]
    return raw | {"default": dict.fromkeys(raw["default"], BUDGET | {"trials": trials, "batch": batch})}


def publish(folder, settings: dict[str, Any], space: dict[str, Any], chose: str = "2024-01-08") -> None:
    """The results of a snapshot called `old`, as far as a warm start reads them."""
    with inside(folder):
        path = tuning_file("old", "main")
        path.parent.mkdir(parents=True)
        (path.parent / "manifest.json").write_text("{}", encoding="utf-8")
        windows = [{"span": "select", "day": "2024-01-01"}, {"span": "test", "day": chose}]
        write_text(data_card_file("old", "categories"), json.dumps({"windows": windows}))
        trials = [{"number": 0, "settings": {}}, {"number": 1, "settings": settings}]
        path.write_text(json.dumps({VARIANT: {"space": space, "trials": trials, "chosen": 1}}), encoding="utf-8")


def searched(folder) -> dict[str, Any]:
    with inside(folder):
        check.fingerprints()
        snapshot.run()
        split.run("categories")
        features.run("categories")
        train.run(VARIANT)
        return json.loads((run_folder("main", VARIANT) / "search.json").read_text(encoding="utf-8"))


def started(folder, settings: dict[str, Any], space: dict[str, Any] = SPACE, trials: int = 4, batch: int = 2) -> Any:
    """The half-lives that a search tries, and which of its trials was the warm one."""
    write_workspace(folder, tiny_log(), budgets=budgets(trials, batch), warm_start="old")
    publish(folder, settings, space)
    found = searched(folder)
    return [trial["settings"]["half_life_days"] for trial in found["trials"]], found["warm"]


@pytest.fixture(scope="module")
def cold(tmp_path_factory) -> list[float]:
    folder = tmp_path_factory.mktemp("cold")
    write_workspace(folder, tiny_log(), budgets=budgets(4, 2))
    found = searched(folder)
    assert found["warm"] is None
    return [trial["settings"]["half_life_days"] for trial in found["trials"]]


def test_what_was_chosen_there_comes_second_and_the_search_is_no_longer(cold, tmp_path):
    tried, warm = started(tmp_path, {"half_life_days": 33.0})

    assert 1 == warm
    assert [cold[0], 33.0] == tried[:2]
    assert len(cold) == len(tried)


def test_settings_that_were_chosen_by_weeks_that_are_tested_here_are_refused(tmp_path):
    write_workspace(tmp_path, tiny_log(), budgets=budgets(4, 2), warm_start="old")
    publish(tmp_path, {"half_life_days": 33.0}, SPACE, chose="2024-06-03")
    with pytest.raises(
        UserError, match=r"chose its settings by weeks up to 2024-06-03, but .* tested from 2024-03-\d+ on"
    ):
        searched(tmp_path)
    with inside(tmp_path):
        data_card_file("old", "categories").unlink()
    with pytest.raises(UserError, match="which tells when it chose"):
        searched(tmp_path)


def test_where_a_batch_is_one_trial_the_warm_one_is_the_second_batch(tmp_path):
    tried, warm = started(tmp_path, {"half_life_days": 33.0}, trials=3, batch=1)

    assert (1, 33.0) == (warm, tried[1])


@pytest.mark.parametrize(
    ("settings", "space"),
    [
        ({"half_life_days": 33.0}, {"half_life_days": {"low": 2.0, "high": 900.0, "log": True}}),
        ({"half_life_days": 120.0}, SPACE),
        ({}, {}),
    ],
    ids=["another space", "the defaults", "nothing was tuned"],
)
def test_without_anything_new_to_begin_with_the_search_is_the_cold_one(cold, tmp_path, settings, space):
    assert (cold, None) == started(tmp_path, settings, space)


def test_training_depends_on_what_was_chosen_and_on_no_other_variant(tmp_path):
    def written(half_life: float, name: str) -> list[str]:
        folder = tmp_path / name
        write_workspace(folder, tiny_log(users=2), warm_start="old")
        publish(folder, {"half_life_days": half_life}, SPACE)
        with inside(folder):
            check.fingerprints()
            paths = [code_of("train", VARIANT), code_of("train", COUNTING), code_of("score", VARIANT)]
            return [path.read_text(encoding="utf-8") for path in paths]

    first, again, other = written(33.0, "a"), written(33.0, "b"), written(34.0, "c")

    assert first == again
    assert first[0] != other[0]
    assert first[1:] == other[1:]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"warm_start": "old"}, "warm_start: 'old' has no results in data/results"),
        ({"compare_with": ["odl"]}, "compare_with: 'odl' has no results in data/results"),
        ({"compare_with": ["tiny"]}, "compare_with: 'tiny' is this snapshot"),
        ({"compare_with": ["old", "old"]}, "compare_with: 'old' stands there twice"),
    ],
)
def test_a_snapshot_that_cannot_be_compared_is_refused(tmp_path, changes, told):
    write_workspace(tmp_path, tiny_log(users=2), **changes)

    with inside(tmp_path), pytest.raises(UserError, match=told):
        check.fingerprints()
