"""An exported variant ranks the users of a log as the study scored them."""

import shutil
from datetime import timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from study.__main__ import main
from study.metrics.screening import ranking, tie_hashes
from study.serving import export
from tests.serving.conftest import REFIT, WHAT, WHO
from tests.tiny import FIRST, inside, prepare, tiny_log, tiny_params, train_and_score, write_workspace

MINUTES = 3600
ZONE = "America/New_York"
ORIGIN = FIRST
"""The midnight before the first event."""
SESSION_DAYS = 6


def rank(exported, tmp_path, variant: str, log, cutoff: str, *more: str) -> pl.DataFrame:
    """In a folder that has the exported variant and nothing else of the study."""
    model, out = tmp_path / "model", tmp_path / "ranks.parquet"
    shutil.copytree(exported / f"data/exports/{variant}", model, dirs_exist_ok=True)
    arguments = ["--model", str(model), "--log", str(log), "--cutoff", cutoff, "--out", str(out), *more]
    assert 0 == main(["rank", *arguments])
    return pl.read_parquet(out)


def scored(exported, variant: str, table: str) -> dict:
    """What `score` wrote of the refit, by cut-off."""
    (path,) = exported.glob(f"data/scores/*/{variant}/{table}.parquet")
    kept = pl.read_parquet(path).filter(pl.col("seed") == REFIT.get(variant, 0))
    assert kept.height
    return {cutoff: part for (cutoff,), part in kept.partition_by("cutoff", as_dict=True).items()}


def _export(folder, variants):
    prepare(folder)
    train_and_score(folder, variants)
    with inside(folder):
        for variant in variants:
            export.run(variant, None, REFIT.get(variant, 0))


@pytest.fixture(scope="module")
def in_minutes(tmp_path_factory):
    """A study with a horizon of two days and a half, said in minutes; the first refits are exported."""
    folder = tmp_path_factory.mktemp("minutes")
    raw = tiny_params()
    for name in ("categories", "coupons"):
        raw["questions"][name]["horizon_minutes"] = MINUTES
        raw["questions"][name].pop("horizon_days")
    write_workspace(folder, tiny_log(), questions=raw["questions"])
    _export(folder, ["personal-decay", "lightgbm-lambdarank", "sum-horizon", "key-days"])
    return folder


@pytest.fixture(scope="module")
def in_sessions(tmp_path_factory):
    """A study of sessions that last six days at most, and of whose users nobody comes back."""
    folder = tmp_path_factory.mktemp("sessions")
    raw = tiny_params()
    asked = raw["questions"]["categories"] | {"horizon_minutes": SESSION_DAYS * 1440, "sessions": True}
    asked.pop("horizon_days")
    number = ((pl.col("timestamp") - ORIGIN).dt.total_days() // SESSION_DAYS).cast(pl.String)
    log = tiny_log().with_columns(pl.concat_str("user_id", number, separator="-").alias("user_id"))
    write_workspace(folder, log, questions=raw["questions"] | {"categories": asked})
    _export(folder, ["personal-decay", "sum-horizon"])
    return folder


@pytest.fixture(scope="module")
def in_new_york(tmp_path_factory):
    """A study whose days begin hours after those of UTC; summer time begins in its stop window."""
    folder = tmp_path_factory.mktemp("new-york")
    write_workspace(folder, tiny_log(), snapshot=tiny_params()["snapshot"] | {"timezone": ZONE})
    _export(folder, ["lightgbm-lambdarank", "key-days"])
    return folder


@pytest.fixture
def alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def close_to(scores: pl.Series):
    """Up to the rounding of float32, which depends on how many users are scored together."""
    return pytest.approx(scores.explode().to_list(), rel=1e-4, abs=1e-5)


def agree(top: pl.DataFrame, ranks: pl.DataFrame) -> None:
    """The first ten that `score` kept of each query, and those of `rank`, with their scores."""
    found = ranks.group_by("user_id", maintain_order=True).agg("candidate", "score")
    expected = top.select("user_id", pl.col("candidates").list.head(10), pl.col("scores").list.head(10))
    both = expected.join(found, on="user_id", how="left", maintain_order="left")

    assert both["candidates"].to_list() == both["candidate"].to_list()
    assert both["scores"].explode().fill_nan(None).to_list() == close_to(both["score"])


@pytest.mark.parametrize("variant", WHAT)
def test_the_first_ten_are_those_of_score(exported, alone, variant):
    windows = scored(exported, variant, "top")
    assert 2 == len(windows)
    for cutoff, top in windows.items():
        agree(top, rank(exported, alone, variant, exported / "tiny.parquet", cutoff.isoformat()))


@pytest.mark.parametrize(("variant", "table"), [("lightgbm-lambdarank", "top"), ("key-days", "scores")])
def test_days_and_a_cut_off_without_a_zone_are_those_of_the_study(in_new_york, alone, variant, table):
    windows = scored(in_new_york, variant, table)
    assert 2 == len(windows)
    for cutoff, expected in windows.items():
        local = cutoff.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
        assert (0, 0) == (local.hour, local.minute)
        ranks = rank(in_new_york, alone, variant, in_new_york / "tiny.parquet", local.isoformat())
        if table == "top":
            agree(expected, ranks)
        else:
            assert expected.select("user_id", "score").rows() == ranks.select("user_id", "score").rows()


@pytest.mark.parametrize("variant", ["personal-decay", "lightgbm-lambdarank", "sum-horizon"])
def test_a_horizon_of_minutes_is_ranked_on_the_clock_of_the_study(in_minutes, alone, variant):
    """Its cut-offs are told in the time of the log."""
    windows = scored(in_minutes, variant, "top")
    assert 2 == len(windows)
    for cutoff, top in windows.items():
        when = ORIGIN + (cutoff - ORIGIN) * MINUTES / (7 * 1440)
        agree(top, rank(in_minutes, alone, variant, in_minutes / "tiny.parquet", when.isoformat()))


@pytest.mark.parametrize("variant", ["personal-decay", "sum-horizon"])
def test_open_sessions_are_ranked_as_the_study_scored_their_rest(in_sessions, alone, variant, monkeypatch):
    """Those of a window, each cut where it was asked about, and put off so that all of them are open at once.

    As many groups lie before them as in the study, since a network is told the part of the month.
    """
    for ended, (cutoff, top) in enumerate(sorted(scored(in_sessions, variant, "top").items())):
        monkeypatch.setattr("study.events.clock.LEAST_GROUPS", 10 + ended)
        laid = pl.concat(map(pl.read_parquet, sorted(in_sessions.glob("data/events/categories/*.parquet"))))
        before = laid.filter(pl.col("timestamp") < cutoff, pl.col("user_id").is_in(top["user_id"].to_list()))
        seen = before.group_by("user_id").len()
        log = pl.read_parquet(in_sessions / "tiny.parquet").sort("user_id", "timestamp", maintain_order=True)
        log = log.join(seen, on="user_id").filter(pl.int_range(pl.len()).over("user_id") < pl.col("len")).drop("len")
        begins = pl.col("timestamp").min().over("user_id")
        log.with_columns(pl.col("timestamp") - begins + ORIGIN).write_parquet("open.parquet")
        end = ORIGIN + timedelta(days=SESSION_DAYS, minutes=-1)
        ranks = rank(in_sessions, alone, variant, alone / "open.parquet", end.isoformat())

        assert top.height == ranks["user_id"].n_unique() > 5
        agree(top, ranks)


def test_a_session_that_has_ended_is_not_asked_about(in_sessions, alone):
    log = pl.read_parquet(in_sessions / "tiny.parquet")
    late = log["timestamp"].max() - timedelta(days=1)
    ranks = rank(in_sessions, alone, "personal-decay", in_sessions / "tiny.parquet", late.isoformat())
    begins = log.filter(pl.col("timestamp") < late).group_by("user_id").agg(pl.col("timestamp").min())
    live = begins.filter(pl.col("timestamp") > late - timedelta(days=SESSION_DAYS))

    assert sorted(live["user_id"]) == sorted(ranks["user_id"].unique())


def test_a_session_longer_than_the_model_knows_is_named_with_its_log(in_sessions, alone, capsys):
    """Nothing of params.yaml, which need not be there, could mend it."""
    shutil.copytree(in_sessions / "data/exports/personal-decay", alone / "model")
    log = pl.read_parquet(in_sessions / "tiny.parquet")
    late = log.filter(user_id=log["user_id"][0]).with_columns(pl.col("timestamp") + timedelta(days=SESSION_DAYS))
    pl.concat([log, late]).write_parquet(alone / "long.parquet")

    assert 2 == main(["rank", "--model", "model", "--log", "long.parquet", "--cutoff", "2025-01-01"])
    told = capsys.readouterr().err
    assert "downfunnel: rank: --log: with sessions horizon_minutes = 8640 must be longer than the longest" in told
    assert f"that of user '{log['user_id'][0]}' lasts" in told
    assert "minutes; split it or leave it out: the model's horizon is fixed" in told


def test_without_an_open_session_it_says_so_in_a_line(in_sessions, alone, capsys):
    shutil.copytree(in_sessions / "data/exports/personal-decay", alone / "model")
    log = str(in_sessions / "tiny.parquet")

    assert 2 == main(["rank", "--model", "model", "--log", log, "--cutoff", "2025-01-01"])
    assert "rank: no session began in the 8640 minutes before 2025-01-01" in capsys.readouterr().err


def test_without_an_eligible_user_the_days_are_those_of_the_question(in_minutes, alone, capsys):
    shutil.copytree(in_minutes / "data/exports/key-days", alone / "model")
    log = str(in_minutes / "tiny.parquet")

    assert 2 == main(["rank", "--model", "model", "--log", log, "--cutoff", "2025-01-01"])
    assert "rank: no user has an event in the 28 days before 2025-01-01" in capsys.readouterr().err


@pytest.mark.parametrize("cutoff", ["8000-01-01", "9999-12-31"])
def test_a_cut_off_without_a_date_on_the_clock_of_the_study_is_a_line(in_minutes, alone, capsys, cutoff):
    shutil.copytree(in_minutes / "data/exports/lightgbm-lambdarank", alone / "model")
    log = str(in_minutes / "tiny.parquet")

    assert 2 == main(["rank", "--model", "model", "--log", log, "--cutoff", cutoff])
    told = capsys.readouterr().err.splitlines()[-1]
    assert f"rank: --cutoff {cutoff}T00:00:00+00:00: too far from the training log for a horizon of 3600 min" in told


def test_a_card_tells_whom_it_ranks_and_of_which_cut_offs_it_knows(exported, in_minutes, in_sessions):
    def told(folder, variant: str) -> str:
        return " ".join((folder / f"data/exports/{variant}/README.md").read_text(encoding="utf-8").split())

    days, minutes = told(exported, "lightgbm-lambdarank"), told(in_minutes, "lightgbm-lambdarank")
    sessions = told(in_sessions, "sum-horizon")

    assert "in the next 7 days" in days and "cut-offs at local midnights" in days
    assert "in the next 3600 minutes" in minutes and "cut-offs 3600 minutes apart" in minutes
    assert "midnight" not in minutes
    assert "of each user with an event before the cut-off" in days and "with an event before the cut-off" in minutes
    assert "acts on it in the rest of the session" in sessions
    assert "of each user whose session may still go on, begun in the 8640 minutes before the cut-off" in sessions
    assert "right after what it did last" in sessions


@pytest.mark.parametrize("variant", WHO)
def test_every_eligible_user_has_the_score_of_score(exported, alone, variant):
    for cutoff, expected in scored(exported, variant, "scores").items():
        found = rank(exported, alone, variant, exported / "tiny.parquet", cutoff.isoformat())

        assert expected["user_id"].to_list() == found["user_id"].to_list()
        assert expected["score"].to_list() == close_to(found["score"])
        assert list(range(1, found.height + 1)) == found.sort("rank")["rank"].to_list()
        assert found.sort("rank")["score"].is_sorted(descending=True)


def test_users_with_equal_scores_stand_as_score_puts_them(exported, alone):
    """In an order that is drawn anew for each cut-off."""
    for cutoff, expected in scored(exported, "key-days", "scores").items():
        found = rank(exported, alone, "key-days", exported / "tiny.parquet", cutoff.isoformat())
        ties = tie_hashes(expected["user_id"].to_list(), round(cutoff.timestamp() * 1_000_000))
        order = ranking(expected["score"].to_numpy(), ties)

        assert expected["score"].n_unique() < expected.height
        assert expected["user_id"].gather(order).to_list() == found.sort("rank")["user_id"].to_list()
