"""A warm start: what another snapshot chose is tried right after the defaults, and nothing else of the search moves."""

import json
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
import yaml

from study.errors import UserError
from study.params import load
from study.paths import code_of, data_card_file, search_file, tuning_file, write_text
from study.stages import check, features, snapshot, split, train
from study.tuning.warm import refuse_later
from tests.tiny import BUDGET, ROOT, inside, size_of, tiny_log, tiny_params, write_workspace

VARIANT, COUNTING = "personal-decay", "recent-popularity"
SPACE = {"half_life_days": {"low": 2.0, "high": 400.0, "log": True}}


def budgets(trials: int, batch: int) -> dict[str, Any]:
    raw = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["budgets"]
    return raw | {"default": size_of(BUDGET | {"trials": trials, "batch": batch})}


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
        return json.loads(search_file("main", VARIANT).read_text(encoding="utf-8"))


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


def test_an_arm_of_which_nothing_was_chosen_there_begins_cold(tmp_path):
    """As one that was not run there: no data card of its question is asked for."""
    write_workspace(tmp_path, tiny_log(), budgets=budgets(4, 2), warm_start="old")
    publish(tmp_path, {"half_life_days": 33.0}, SPACE, chose="2024-06-03")
    with inside(tmp_path):
        tuning_file("old", "main").write_text("{}", encoding="utf-8")
        data_card_file("old", "categories").unlink()

    assert searched(tmp_path)["warm"] is None


def asked(**changes: Any) -> dict[str, Any]:
    """The questions of a workspace, the one of the variant with another horizon."""
    questions = tiny_params()["questions"]
    questions["categories"].pop("horizon_days")
    questions["categories"] |= changes
    return questions


def split_here(folder) -> dict[str, Any]:
    """The data card that the split writes of the log in the folder."""
    with inside(folder):
        snapshot.run()
        split.run("categories")
        return json.loads(data_card_file("tiny", "categories").read_text(encoding="utf-8"))


def tell(folder, moment: str | None) -> None:
    with inside(folder):
        path = data_card_file("old", "categories")
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"tested_from": moment}))


@pytest.mark.parametrize("horizon", [{"horizon_days": 7}, {"horizon_minutes": 3600}], ids=["days", "minutes"])
def test_the_moment_from_which_test_begins_is_told_in_the_time_of_the_log(tmp_path, horizon):
    write_workspace(tmp_path, tiny_log(), warm_start="old", questions=asked(**horizon))
    publish(tmp_path, {"half_life_days": 33.0}, SPACE)
    card = split_here(tmp_path)
    moment = datetime.fromisoformat(card["tested_from"])
    length = timedelta(days=horizon.get("horizon_days", 0), minutes=horizon.get("horizon_minutes", 0))
    last = tiny_log()["timestamp"].max()

    assert timedelta() <= last - moment - 2 * length < max(timedelta(days=1), length / 7)
    with inside(tmp_path):
        for before, is_refused in [(timedelta(), False), (timedelta(minutes=-1), True), (timedelta(minutes=1), False)]:
            tell(tmp_path, (moment - before).isoformat())
            with pytest.raises(UserError, match="chose its settings by") if is_refused else nullcontext():
                refuse_later(load(), VARIANT)


@pytest.mark.parametrize(
    ("changes", "moment", "said"),
    [
        ({"horizon_minutes": 3600}, "", "old/data/categories.json does not tell when it chose"),
        ({"horizon_days": 7}, None, "sessions are laid side by side"),
    ],
    ids=["a card of days for minutes", "the other is of sessions"],
)
def test_where_no_time_of_the_log_tells_when_it_chose_it_is_refused(tmp_path, changes, moment, said):
    write_workspace(tmp_path, tiny_log(), warm_start="old", questions=asked(**changes))
    publish(tmp_path, {"half_life_days": 33.0}, SPACE)
    split_here(tmp_path)
    tell(tmp_path, moment)

    with inside(tmp_path), pytest.raises(UserError, match=said):
        refuse_later(load(), VARIANT)


def test_a_warm_start_of_sessions_is_refused(tmp_path):
    log = tiny_log().with_columns(
        pl.concat_str("user_id", pl.col("timestamp").dt.date(), separator="-").alias("user_id")
    )
    write_workspace(tmp_path, log, warm_start="old", questions=asked(horizon_minutes=1500, sessions=True))
    publish(tmp_path, {"half_life_days": 33.0}, SPACE)

    assert split_here(tmp_path)["tested_from"] is None
    with inside(tmp_path), pytest.raises(UserError, match="sessions are laid side by side"):
        refuse_later(load(), VARIANT)


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


@pytest.mark.parametrize("place", ["warm_start", "compare_with"])
@pytest.mark.parametrize("text", ["<<<<<<< ours\n{}\n", "", "\udcff"])
@pytest.mark.parametrize("is_tuning", [True, False])
def test_records_of_another_snapshot_that_are_no_json_are_named(place, text, is_tuning, tmp_path):
    write_workspace(tmp_path, tiny_log(users=2), **{place: "old" if place == "warm_start" else ["old"]})
    publish(tmp_path, {"half_life_days": 33.0}, SPACE)

    with inside(tmp_path):
        path = tuning_file("old", "main") if is_tuning else data_card_file("old", "categories")
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(UserError, match=rf"^{path}: .*: this is no result; restore it from git$"):
            check.fingerprints()


def test_a_card_of_days_tells_the_first_of_its_test_windows(tmp_path):
    """Before which all was chosen; those after it may lie within what is tested here."""
    write_workspace(tmp_path, tiny_log(), warm_start="old")
    publish(tmp_path, {"half_life_days": 33.0}, SPACE)
    split_here(tmp_path)

    with inside(tmp_path):
        path = data_card_file("old", "categories")
        for first, is_refused in [("2024-01-08", False), ("2024-06-03", True)]:
            days = [first, "2024-06-10"]
            path.write_text(json.dumps({"windows": [{"span": "test", "day": day} for day in days]}), encoding="utf-8")
            with pytest.raises(UserError, match=f"up to {first}") if is_refused else nullcontext():
                refuse_later(load(), VARIANT)
