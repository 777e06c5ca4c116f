"""What a user sees of `export` and `rank`: the folder, its card, what comes out, and one line for a mistake."""

import io
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from study.__main__ import main
from study.errors import UserError
from study.params import load
from study.provenance import file_hash, params_hash
from study.serving.bundle import read_bundle
from study.serving.history import Cutoff, read_history
from tests.serving.conftest import search_of
from tests.tiny import ROOT, inside, tiny_log

END = "2024-03-25"


def ranked(*more: str) -> tuple[str, ...]:
    return ("rank", "--model", "model", "--log", "tiny.parquet", "--cutoff", END, *more)


def complaint(capsys, *arguments: str) -> str:
    """The one line that a mistake ends in."""
    assert 2 == main(arguments)
    told = capsys.readouterr()
    assert "" == told.out
    (line,) = told.err.splitlines()
    return line


@pytest.mark.parametrize("variant", ["popularity", "lightgbm-lambdarank", "sum-horizon", "hybrid-lambdarank"])
def test_a_folder_has_plain_files_alone_and_of_the_weights_those_that_score(exported, variant):
    folder = exported / f"data/exports/{variant}"
    files = [path for path in folder.rglob("*") if path.is_file()]
    weights = sum(path.stat().st_size for path in files if path.suffix == ".safetensors")
    (trained,) = exported.glob(f"data/runs/*/{variant}")

    assert set() == {path.suffix for path in files} - {".json", ".md", ".safetensors", ".txt"}
    if variant == "sum-horizon":
        kept = sum(path.stat().st_size for path in (trained / "seed-1").rglob("*.safetensors"))
        assert weights < kept / 3


def test_the_card_says_where_it_comes_from_and_that_no_results_are_known(exported):
    card = (exported / "data/exports/sum-horizon/README.md").read_text(encoding="utf-8")
    search = search_of(exported, "main", "sum-horizon")

    assert file_hash(exported / "data/snapshots/tiny.parquet") in card
    assert f"recall@10 {search['trials'][search['chosen']]['select']:.4f}" in card
    assert "the published results are of another run, or there are none" in card
    assert "weights | refit 1" in card
    assert "python -m study rank --model FOLDER --log" in card
    assert "a user's own events alone" in card
    assert "a user's own events alone" not in (exported / "data/exports/tifu-knn/README.md").read_text(encoding="utf-8")


def test_the_card_counts_candidates_where_candidates_are_ranked(exported):
    what, who = (f"data/exports/{name}/README.md" for name in ("sum-horizon", "who-lightgbm-binary"))

    assert "\n| known candidates | " in (exported / what).read_text(encoding="utf-8")
    assert "known candidates |" not in (exported / who).read_text(encoding="utf-8")


def test_the_card_repeats_the_published_results_of_the_same_run(exported, tmp_path, monkeypatch):
    shutil.copytree(exported, tmp_path / "study", symlinks=True)
    folder = tmp_path / "study/data/results/tiny/main"
    folder.mkdir(parents=True, exist_ok=True)
    row = {"variant": "popularity", "seeds": 1, "estimates": {"recall@10": {"estimate": 0.5, "low": 0.4, "high": 0.6}}}
    (folder / "leaderboard.json").write_text(json.dumps([row]), encoding="utf-8")
    search, hashed = search_of(exported, "main", "popularity"), params_hash(load(exported / "params.yaml"), "main")

    def told(published: dict, params: str = hashed) -> str:
        (folder / "tuning.json").write_text(json.dumps({"popularity": published}), encoding="utf-8")
        manifest = {"budget": "default", "revision": "abc", "params_hash": params}
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        with inside(tmp_path / "study"):
            assert 0 == main(["export", "popularity", "--to", "out"])
        return (tmp_path / "study/out/README.md").read_text(encoding="utf-8")

    expected = "recall@10 0.5000, 95 % interval 0.4000 to 0.6000, one fit; budget default, revision abc"
    assert expected in told(search)
    assert "recall@10 0.5000, one fit; budget" in told(search, "of another level")
    assert "are of another run" in told(search | {"rounds": 99})


def test_the_best_on_select_is_exported_unless_one_is_named(exported, tmp_path, capsys):
    shutil.copytree(exported, tmp_path / "study", symlinks=True)
    with inside(tmp_path / "study"):
        for name, entry in load().entries("main").items():
            path = tmp_path / f"study/data/runs/{entry.runs}/{name}/search.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            trial = {"number": 0, "settings": {}, "select": 0.9 if name == "tifu-knn" else 0.1, "best_round": 1}
            path.write_text(json.dumps({"chosen": 0, "trials": [trial]}), encoding="utf-8")
        assert 0 == main(["export"])
        best = capsys.readouterr().out
        assert 0 == main(["export", "best:counting", "--to", "counting"])

        assert "tifu-knn: exported to data/exports/tifu-knn" in best
        assert "what to ship, the page Findings says" in best
        assert "Findings" not in capsys.readouterr().out
        assert "sum-horizon" == json.loads(Path("data/exports/sum-horizon/model.json").read_text("utf-8"))["variant"]
        assert "tifu-knn" == json.loads(Path("counting/model.json").read_text("utf-8"))["variant"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["popularty"], "did you mean 'popularity'?"),
        (["best:trees"], "'best:trees' is unknown; "),
        (["markov"], "markov was not trained"),
        (["sum-horizon", "--refit", "7"], "sum-horizon has no refit 7; known: 0, 1"),
        (["popularity", "--to", "data"], "data: exists and is no exported variant"),
        (["popularity", "--seed", "1"], "--seed"),
    ],
)
def test_a_mistake_in_what_to_export_is_told_in_a_line(exported, capsys, arguments, told):
    with inside(exported):
        assert told in complaint(capsys, "export", *arguments)
        assert not list(exported.rglob("*.new"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--model", "nowhere"], "nowhere: there is no exported variant in it"),
        (["--log", "nowhere.csv"], "there is no such file or folder"),
        (["--cutoff", "soon"], "--cutoff soon: no time; give `now`"),
        (
            ["--cutoff", "2023-12-01"],
            "no event before the cut-off 2023-12-01T00:00:00+00:00; the first one is at 2024-",
        ),
        (["-k", "0"], "-k 0"),
        (["--out", "ranks.json"], ".parquet or .csv"),
        (["--out", "model"], "the name of a file"),
        (["--kk", "1"], "--kk"),
    ],
)
def test_a_mistake_in_what_to_rank_is_told_in_a_line(model, capsys, arguments, told):
    before = sorted(model.rglob("*"))

    assert told in complaint(capsys, *ranked(*arguments))
    assert before == sorted(model.rglob("*"))


def test_a_log_that_ended_long_before_the_cutoff_is_ranked_with_a_word_about_it(model, capsys):
    assert 0 == main(ranked("--cutoff", "2026-01-01"))
    told = capsys.readouterr()

    assert told.out.startswith("user_id,rank,candidate,score\n")
    assert told.err.startswith("warning: ")
    assert "tiny.parquet: the last event before the cut-off 2026-01-01T00:00:00+00:00 is at 2024-" in told.err
    assert 0 == main(ranked())
    assert "" == capsys.readouterr().err


def test_a_log_of_other_candidates_is_ranked_with_a_word_about_it(model, tmp_path, capsys):
    tiny_log().with_columns(pl.lit("another").alias("category")).write_parquet(tmp_path / "other.parquet")

    assert 0 == main(ranked("--log", str(tmp_path / "other.parquet")))
    assert "other.parquet: no key action before the cut-off has a candidate that occurred in training" in (
        capsys.readouterr().err
    )
    assert 0 == main(ranked())
    assert "" == capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_named_and_nothing_is_left(model, capsys):
    before = sorted(model.rglob("*"))

    assert 1 == main([*ranked(), "--out", "tiny.parquet/ranks.csv"])
    (line,) = capsys.readouterr().err.splitlines()
    assert "tiny.parquet: " in line
    assert before == sorted(model.rglob("*"))


@pytest.mark.parametrize("log", ["tiny.parquet", "logs"])
def test_ranks_never_take_the_place_of_the_log_that_is_ranked(model, capsys, log):
    Path("logs").mkdir()
    shutil.copy("tiny.parquet", "logs")
    out = "./tiny.parquet" if log == "tiny.parquet" else "logs/tiny.parquet"
    before = Path(out).read_bytes()

    assert f"rank: --out {Path(out)}: is a part of the log" in complaint(capsys, *ranked("--log", log, "--out", out))
    assert before == Path(out).read_bytes()
    assert 0 == main(ranked("--log", log, "--out", "ranks.parquet"))
    assert 0 == main(ranked("--log", log, "--out", "ranks.parquet"))


def test_a_log_that_lacks_a_column_names_it(model, capsys):
    pl.read_parquet("tiny.parquet").drop("price").write_parquet("less.parquet")

    assert "'price' is missing" in complaint(capsys, *ranked("--log", "less.parquet"))


def test_users_who_are_ranked_take_no_depth(exported, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(exported)
    model = "data/exports/key-days"

    assert "there is no -k" in complaint(capsys, *ranked("--model", model, "-k", "3"))


def test_csv_parquet_and_the_standard_output_agree_and_a_csv_log_is_read(model):
    pl.read_parquet("tiny.parquet").write_csv("tiny.csv")
    for out in ("ranks.csv", "ranks.parquet"):
        assert 0 == main([*ranked("-k", "3"), "--out", out])
    command = [sys.executable, "-m", "study", *ranked("-k", "3", "--log", "tiny.csv")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    printed = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
    kept = pl.read_parquet("ranks.parquet")

    assert ["user_id", "rank", "candidate", "score"] == kept.columns
    assert kept.equals(kept.sort("user_id", "rank"))
    assert 3 * kept["user_id"].n_unique() == kept.height
    assert (model / "ranks.csv").read_bytes() == printed
    assert kept["candidate"].to_list() == pl.read_csv(io.BytesIO(printed))["candidate"].to_list()


def test_of_a_folder_the_files_are_read_that_the_snapshot_read(model):
    """A copy in another form beside them is not counted twice; a folder of another form is read as a whole."""
    path = model / "model/model.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(told | {"snapshot": told["snapshot"] | {"files": "*.csv"}}), encoding="utf-8")
    for folder in ("both", "other"):
        Path(folder).mkdir()
        shutil.copy("tiny.parquet", folder)
    pl.read_parquet("tiny.parquet").write_csv("both/log.csv")
    bundle, cutoff = read_bundle(Path("model")), Cutoff.of(END, "UTC")
    one, both, other = (read_history(bundle, Path(name), cutoff).log for name in ("tiny.parquet", "both", "other"))

    assert len(one.time) == len(both.time) == len(other.time)


def test_whoever_reads_the_standard_output_may_have_enough(model):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    script = "from study.serving import rank\nrank.CELLS = 30\nfrom study.__main__ import main\nimport sys\n"
    command = [sys.executable, "-c", script + f"sys.exit(main({list(ranked())}))"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()

        assert b"" == process.stderr.read()
        assert 0 == process.wait()


def test_blocks_are_written_one_after_the_other(model, monkeypatch):
    assert 0 == main([*ranked(), "--out", "whole.parquet"])
    monkeypatch.setattr("study.serving.rank.CELLS", 30)
    assert 0 == main([*ranked(), "--out", "blocks.parquet"])

    assert pl.read_parquet("whole.parquet").equals(pl.read_parquet("blocks.parquet"))


def test_the_only_export_is_the_default_and_of_several_one_is_named(model, capsys):
    rank = ["rank", "--log", "tiny.parquet", "--cutoff", END, "--out", "ranks.csv"]
    shutil.copytree("model", "data/exports/.killed.new")
    assert "there is none in data/exports" in complaint(capsys, *rank)
    shutil.copytree("model", "data/exports/one")
    assert 0 == main(rank)
    users = pl.read_csv("ranks.csv")["user_id"].n_unique()
    assert f"personal-decay: users ranked in ranks.csv: {users}\n" == capsys.readouterr().out
    shutil.copytree("model", "data/exports/two")
    assert "known: data/exports/one (tiny), data/exports/two (tiny)" in complaint(capsys, *rank)


def test_a_cut_off_is_local_unless_it_names_a_zone():
    berlin = "Europe/Berlin"
    midnight = int(datetime(2024, 2, 29, 23, tzinfo=UTC).timestamp()) * 1_000_000
    local = int(datetime(2024, 3, 1, tzinfo=UTC).timestamp()) * 1_000_000

    assert Cutoff(midnight, local) == Cutoff.of("2024-03-01", berlin) == Cutoff.of("2024-02-29T23:00Z", berlin)
    assert abs(Cutoff.of("now", berlin).time / 1e6 - datetime.now(tz=UTC).timestamp()) < 3600


@pytest.mark.parametrize(("text", "zone"), [("0001-01-01", "Asia/Tokyo"), ("9999-12-31T23:00", "America/New_York")])
def test_a_cut_off_that_no_calendar_has_in_utc_is_no_time(text, zone):
    with pytest.raises(UserError, match=f"--cutoff {text}: no time; give `now`"):
        Cutoff.of(text, zone)


@pytest.mark.parametrize("command", ["export", "rank"])
def test_help_of_a_command_imports_nothing_heavy(command, tmp_path):
    script = (
        f"import sys; from study.__main__ import main\ntry: main(['{command}', '--help'])\nfinally: print(*sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert set() == {"torch", "polars", "numpy", "pydantic", "yaml"} & set(result.stdout.split())
