"""The files that the book offers hold the tables of the results."""

import csv

import polars as pl
import pytest

from study.exhibits import downloads
from study.paths import PARAMS


@pytest.fixture
def apart(tmp_path, monkeypatch):
    """A current folder without results of arms that lie outside of those that a test makes."""
    (tmp_path / PARAMS).write_bytes(PARAMS.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path / "downloads"


def named(name: str):
    def rename(written):
        written["data.json"]["candidates_top"] = [[name, 3], ["milk", -2]]

    return rename


def test_every_table_is_there_in_both_forms_and_linked(made, apart):
    results = made()
    downloads.write(results, apart)
    shown = downloads.listed(results).text
    stems = {path.stem for path in apart.iterdir()}

    assert {"main-leaderboard", "main-contrasts", "main-trials", "main-cost", "data-candidates"} <= stems
    assert {f"{stem}.{form}" for stem in stems for form in ("csv", "parquet")} == {p.name for p in apart.iterdir()}
    assert all(f'href="downloads/{path.name}"' in shown for path in apart.iterdir())


def test_the_leaderboard_has_its_metrics_with_their_intervals(made, apart):
    downloads.write(made(), apart)
    first = pl.read_parquet(apart / "main-leaderboard.parquet").row(0, named=True)
    text = next(csv.DictReader((apart / "main-leaderboard.csv").open(encoding="utf-8", newline="")))

    assert {"variant": "popularity", "recall@10": 0.4, "recall@10 low": 0.39}.items() <= first.items()
    assert ["popularity", "0.4", ""] == [text[key] for key in ("variant", "recall@10", "coverage@10 low")]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\uff1d1"])
def test_a_spreadsheet_is_given_no_formula_and_parquet_the_text_itself(made, apart, text):
    downloads.write(made(named(text)), apart)
    with (apart / "data-candidates.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))

    assert [["candidate", "key actions"], [f"'{text}", "3"], ["milk", "-2"]] == rows
    assert [text, "milk"] == pl.read_parquet(apart / "data-candidates.parquet")["candidate"].to_list()


@pytest.mark.parametrize("text", ['say "hi", she said', "two\nlines", "a;b\u2028c", "<b>&amp;"])
def test_any_other_text_comes_back_from_csv_as_it_was(made, apart, text):
    downloads.write(made(named(text)), apart)
    with (apart / "data-candidates.csv").open(encoding="utf-8", newline="") as file:
        assert [text, "3"] == list(csv.reader(file))[1]


def test_no_file_names_a_user(made, apart):
    downloads.write(made(), apart)

    assert [] == [p.name for p in apart.glob("*.parquet") if "user_id" in pl.read_parquet_schema(p)]
