"""The trial that a search chose, read from its record."""

import json

import pytest

from study.paths import search_file, write_text
from study.searched import chosen_select, chosen_trial, read_search

SEARCH = {"chosen": 2, "trials": [{"number": 2, "select": 0.25}, {"number": 0, "select": 0.5}]}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_chosen_trial_is_found_by_its_number():
    assert {"number": 2, "select": 0.25} == chosen_trial(SEARCH)
    assert chosen_select(SEARCH) == 0.25


def test_a_search_is_read_from_the_run_of_its_variant():
    write_text(search_file("main", "markov"), json.dumps(SEARCH))

    assert SEARCH == read_search("main", "markov")
    with pytest.raises(FileNotFoundError, match="tifu-knn"):
        read_search("main", "tifu-knn")
