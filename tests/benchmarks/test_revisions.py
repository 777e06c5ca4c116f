"""Two revisions are compared on what both have alike, by turns; how fast either is, no test asks."""

import subprocess

import pytest
import yaml

from study.errors import UserError
from study.paths import PARAMS
from tests.tiny import ROOT


@pytest.fixture
def revisions(script):
    return script("revisions")


def parameters(**changes):
    """Two variants of the arm main and one of another, with changes of whole entries."""
    roster = {"one": {"arm": "main", "question": "first"}, "two": {"arm": "main", "question": "second"}}
    roster["other"] = {"arm": "who", "question": "first"}
    questions = {"first": {"horizon_days": 7}, "second": {"horizon_days": 7}}
    return {"roster": roster | changes, "questions": questions}


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ({}, ["one", "two"]),
        ({"one": {"arm": "main", "question": "first", "blocks": 2}}, ["two"]),
        ({"two": None}, ["one"]),
    ],
)
def test_variants_are_compared_that_both_rosters_have_alike(revisions, before, expected):
    assert expected == revisions.alike(parameters(**before), parameters(), "main")


def test_variants_are_not_compared_whose_question_is_another(revisions):
    asked = parameters()
    asked["questions"]["first"] = {"horizon_days": 28}

    assert ["two"] == revisions.alike(asked, parameters(), "main")


def test_sides_take_turns(revisions, monkeypatch, capsys):
    turns = []

    def trained(folder, variant, _):
        turns.append((folder, variant))
        return {"seconds": 3.0 if folder == "old" else 2.0, "select": 0.5}

    monkeypatch.setattr(revisions, "trained", trained)
    rows = revisions.compared({"before": "old", "after": "new"}, ["one", "two"], "main")

    assert [("old", "one"), ("new", "one"), ("new", "two"), ("old", "two")] == turns
    assert {"before": {"seconds": 3.0, "select": 0.5}, "after": {"seconds": 2.0, "select": 0.5}} == rows["two"]
    assert 2 == capsys.readouterr().out.count("3.0 s before, 2.0 s now: 1.50 times as fast")


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with the parameters of this one, and nothing else."""
    place = tmp_path / "repository"
    place.mkdir()
    (place / PARAMS).write_text((ROOT / PARAMS).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(place)
    known = ["-c", "user.name=A", "-c", "user.email=a@b.c"]
    for command in (["init", "--quiet"], ["add", "."], [*known, "commit", "--quiet", "-m", "Parameters"]):
        subprocess.run(["git", *command], check=True)


def test_a_clone_has_the_budget_that_is_given_and_is_otherwise_as_it_was(repository, revisions, tmp_path):
    kept = revisions.clone("HEAD", tmp_path / "side", {"trials": 3}, "main")
    text = (tmp_path / "side" / PARAMS).read_text(encoding="utf-8")
    budget = kept["budgets"][kept["budget"]]["main"]

    assert yaml.safe_load((ROOT / PARAMS).read_text(encoding="utf-8")) == kept
    assert budget["trials"] != 3
    budget["trials"] = 3
    assert kept == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("revision", "budget", "told"),
    [
        ("nowhere", {}, "--before nowhere: "),
        ("HEAD", {"trial": 3}, "--budget: HEAD has no such key for the arm main: .*trial"),
    ],
)
def test_what_a_revision_has_not_is_one_line(repository, revisions, tmp_path, revision, budget, told):
    with pytest.raises(UserError, match=told) as error:
        revisions.clone(revision, tmp_path / "side", budget, "main")
    assert "\n" not in str(error.value)


def test_the_recall_of_a_search_is_that_of_the_trial_that_it_chose(revisions, tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(revisions, "waited", lambda command, folder, **env: ran.append((command, folder, env)) or 2.0)
    place = tmp_path / "data" / "runs" / "main" / "one"
    place.mkdir(parents=True)
    (place / "search.json").write_text(
        '{"chosen": 4, "trials": [{"number": 0, "select": 0.1}, {"number": 4, "select": 0.3}]}', encoding="utf-8"
    )

    assert {"seconds": 2.0, "select": 0.3} == revisions.trained(tmp_path, "one", "main")
    ((command, folder, variables),) = ran
    assert ("train", "one") == command[-2:] and folder == tmp_path
    assert "" == variables["PYTHONPATH"]


def test_all_that_are_alike_are_compared_where_none_is_named(revisions, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["revisions.py"])
    monkeypatch.setattr(revisions, "clone", lambda *_: parameters())
    monkeypatch.setattr(revisions, "ran", lambda *_: None)
    monkeypatch.setattr(revisions, "trained", lambda *_: {"seconds": 2.0, "select": 0.5})
    kept = []
    monkeypatch.setattr(revisions.Line, "append", lambda self, measured: kept.append((self.begun, measured)))
    revisions.main()

    ((begun, measured),) = kept
    assert ["one", "two"] == list(measured["variants"])
    assert [] == begun["changed"]
    assert "all " in capsys.readouterr().out


def test_another_budget_is_another_measurement(revisions, monkeypatch):
    monkeypatch.setattr("sys.argv", ["revisions.py", "--budget", *revisions.BUDGET, "rounds=40"])
    monkeypatch.setattr(revisions, "clone", lambda *_: parameters())
    monkeypatch.setattr(revisions, "ran", lambda *_: None)
    monkeypatch.setattr(revisions, "trained", lambda *_: {"seconds": 2.0, "select": 0.5})
    kept = []
    monkeypatch.setattr(revisions.Line, "append", lambda self, _: kept.append(self.begun))
    revisions.main()

    assert ["budget"] == kept[0]["changed"]
